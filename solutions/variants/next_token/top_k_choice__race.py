"""Exponential waiting times among the k best."""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    alive = np.flatnonzero(q)
    with np.errstate(over="ignore"):
        idx = alive[np.argmin(rng.exponential(size=alive.size) / q[alive])]
    return tokens[idx], int(idx)
