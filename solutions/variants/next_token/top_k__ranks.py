"""A token's rank is the number of tokens that go before it, counted pairwise."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k")
    place = np.arange(len(p))
    before = (p[None, :] > p[:, None]) | (
        (p[None, :] == p[:, None]) & (place[None, :] < place[:, None])
    )
    q = np.where(before.sum(axis=1) < k, p, 0.0)
    return q / q.sum()
