"""Plain Python floats, summed without rounding by math.fsum."""

import math


def softmax(z):
    values = [float(x) for x in z]
    top = max(values)
    weights = [math.exp(x - top) for x in values]
    total = math.fsum(weights)
    return np.array([w / total for w in weights])
