"""Uniform numbers in a histogram whose bins are as wide as the probabilities."""


def sample_many(tokens, p, n=2000, rng=None):
    rng = np.random.default_rng(rng)
    edges = np.concatenate([[0.0], np.cumsum(p)])
    counts, _ = np.histogram(rng.random(n) * edges[-1], bins=edges)
    return counts, counts / n
