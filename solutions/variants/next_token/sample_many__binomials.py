"""One binomial a token: its share of the draws that the tokens before it left over."""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = np.zeros(len(tokens), dtype=int)
    possible = np.flatnonzero(p)
    left, mass = n, p.sum()
    for i in possible[:-1]:
        counts[i] = rng.binomial(left, min(1.0, max(0.0, p[i] / mass))) if mass > 0 else 0
        left -= counts[i]
        mass -= p[i]
    counts[possible[-1]] += left
    return counts, counts / n
