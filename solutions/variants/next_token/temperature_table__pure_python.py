"""Nothing but math: weights, their sum, and H = ln Z - mean of the scaled logits."""

import math

temperature_table = {}
for T in [3.0, 1.0, 0.2]:
    scaled = [float(z) / T for z in logits]
    weights = [math.exp(s) for s in scaled]
    Z = math.fsum(weights)
    mean = math.fsum(w * s for w, s in zip(weights, scaled)) / Z
    temperature_table[T] = (max(weights) / Z, math.log(Z) - mean)
