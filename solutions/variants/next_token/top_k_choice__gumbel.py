"""Gumbel-max over top_k."""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    with np.errstate(divide="ignore"):
        idx = int(np.argmax(np.log(q) + rng.gumbel(size=q.size)))
    return tokens[idx], idx
