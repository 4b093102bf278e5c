"""Gumbel-max for blocks of draws, so that the noise of a large V still fits into memory."""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    size = len(tokens)
    with np.errstate(divide="ignore"):
        log_p = np.log(p)
    counts = np.zeros(size, dtype=np.int64)
    for start in range(0, n, 500):
        rows = min(500, n - start)
        drawn = np.argmax(log_p + rng.gumbel(size=(rows, size)), axis=1)
        counts += np.bincount(drawn, minlength=size)
    return counts, counts / n
