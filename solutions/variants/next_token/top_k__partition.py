"""np.partition finds the border without sorting; a running count settles the ties."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must lie in 1..V")
    border = np.partition(p, len(p) - k)[len(p) - k]
    above, tied = p > border, p == border
    keep = above | (tied & (np.cumsum(tied) <= k - np.count_nonzero(above)))
    q = p * keep
    return q / q.sum()
