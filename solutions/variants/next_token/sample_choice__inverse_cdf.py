"""One uniform number, looked up in the distribution function by bisection."""


def sample_choice(tokens, p, rng):
    cdf = np.cumsum(p)
    cdf /= cdf[-1]
    idx = int(np.searchsorted(cdf, rng.random(), side="right"))
    return tokens[idx], idx
