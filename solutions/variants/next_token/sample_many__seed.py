"""The lesson's own way: all draws by one Generator.choice, counted by np.bincount."""


def sample_many(tokens, p, n=2000, rng=None):
    rng = rng or np.random.default_rng()
    draws = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(draws, minlength=len(tokens))
    rel = counts / n
    return counts, rel
