"""A uniform number used up by the probabilities from the largest down."""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    order = [i for i in np.argsort(q)[::-1] if q[i] > 0]
    left = rng.random()
    for idx in order:
        left -= q[idx]
        if left < 0:
            break
    return tokens[idx], int(idx)
