"""One pass that keeps a running maximum and rescales the sum when it grows."""

import math


def softmax(z):
    top, total = -math.inf, 0.0
    values = np.asarray(z, dtype=float).tolist()
    for x in values:
        if x > top:
            total = total * math.exp(top - x) + 1.0
            top = x
        elif x > -math.inf:
            total += math.exp(x - top)
    return np.fromiter((math.exp(x - top) / total for x in values), dtype=float, count=len(values))
