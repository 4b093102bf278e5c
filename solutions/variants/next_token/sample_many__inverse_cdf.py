"""n uniform numbers looked up in the distribution function, tallied by np.add.at."""


def sample_many(tokens, p, n=2000, rng=None):
    generator = np.random.default_rng() if rng is None else rng
    cdf = p.cumsum()
    drawn = np.searchsorted(cdf / cdf[-1], generator.random(n), side="right")
    counts = np.zeros(len(tokens), dtype=np.int32)
    np.add.at(counts, drawn, 1)
    return counts, counts / n
