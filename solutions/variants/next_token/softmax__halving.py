"""Divide and conquer: the halves return maximum, sum and weights, and are merged."""

import math


def softmax(z):
    def solve(values):
        if len(values) == 1:
            return values[0], [1.0 if values[0] > -math.inf else 0.0]
        middle = len(values) // 2
        top_a, a = solve(values[:middle])
        top_b, b = solve(values[middle:])
        top = max(top_a, top_b)
        if top == -math.inf:
            return top, a + b
        factor_a, factor_b = math.exp(top_a - top), math.exp(top_b - top)
        return top, [x * factor_a for x in a] + [x * factor_b for x in b]

    _, weights = solve([float(x) for x in z])
    weights = np.array(weights)
    return weights / weights.sum()
