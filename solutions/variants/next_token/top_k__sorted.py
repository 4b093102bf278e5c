"""Python's sorted with falling probability and rising index."""

import math


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError(f"k={k}")
    ranking = sorted(range(len(p)), key=lambda i: (-p[i], i))
    kept = ranking[:k]
    total = math.fsum(p[kept])
    result = [0.0] * len(p)
    for i in kept:
        result[i] = float(p[i]) / total
    return np.array(result)
