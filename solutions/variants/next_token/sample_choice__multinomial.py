"""One throw of a multinomial over the tokens that are possible at all."""


def sample_choice(tokens, p, rng):
    possible = np.flatnonzero(p)
    throw = rng.multinomial(1, p[possible] / p[possible].sum())
    idx = possible[np.argmax(throw)]
    return tokens[idx], idx
