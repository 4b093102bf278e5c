"""np.lexsort: first by probability, then by index."""


def top_k(p, k):
    size = len(p)
    if k < 1 or k > size:
        raise ValueError
    order = np.lexsort((np.arange(size), -p))
    keep = np.zeros(size, dtype=bool)
    keep[order[:k]] = True
    q = np.where(keep, p, 0.0)
    return q / np.sum(q)
