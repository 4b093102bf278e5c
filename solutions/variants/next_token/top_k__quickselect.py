"""Recursion around a pivot on pairs (-probability, index), as in quicksort."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k")

    def smallest(pairs, count):
        if count <= 0:
            return []
        if count >= len(pairs):
            return pairs
        pivot = pairs[len(pairs) // 2]
        low = [pair for pair in pairs if pair < pivot]
        high = [pair for pair in pairs if pair > pivot]
        if count <= len(low):
            return smallest(low, count)
        return low + [pivot] + smallest(high, count - len(low) - 1)

    kept = [i for _, i in smallest([(-float(x), i) for i, x in enumerate(p)], k)]
    q = np.zeros(len(p))
    q[kept] = p[kept]
    q /= q.sum()
    return q
