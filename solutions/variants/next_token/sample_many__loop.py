"""Call sample_choice n times and keep a tally."""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = np.zeros(len(tokens), dtype=np.int64)
    for _ in range(n):
        _, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    return counts, counts / n
