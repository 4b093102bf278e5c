"""The counts at once, from a multinomial over the possible tokens."""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    possible = p > 0
    counts = np.zeros(len(tokens), dtype=int)
    counts[possible] = rng.multinomial(n, p[possible] / p[possible].sum())
    return counts, counts / n
