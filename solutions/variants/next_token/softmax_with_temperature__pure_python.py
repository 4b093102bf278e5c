"""A list of floats, math.exp and math.fsum."""

import math


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T has to be positive")
    scaled = [float(x) / T for x in z]
    top = max(scaled)
    weights = [math.exp(x - top) for x in scaled]
    total = math.fsum(weights)
    return np.array([w / total for w in weights])
