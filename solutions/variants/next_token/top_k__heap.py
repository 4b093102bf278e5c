"""heapq.nlargest over (probability, -index)."""

import heapq


def top_k(p, k):
    if not 0 < k <= len(p):
        raise ValueError("k")
    best = heapq.nlargest(k, range(len(p)), key=lambda i: (p[i], -i))
    total = sum(p[i] for i in best)
    return np.array([p[i] / total if i in set(best) else 0.0 for i in range(len(p))])
