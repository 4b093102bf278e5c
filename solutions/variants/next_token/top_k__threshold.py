"""The k-th largest value is the border: all above it stay, ties fill up from the left."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("1 <= k <= V")
    border = np.sort(p)[-k]
    keep = p > border
    keep[np.flatnonzero(p == border)[: k - keep.sum()]] = True
    return np.where(keep, p, 0) / p[keep].sum()
