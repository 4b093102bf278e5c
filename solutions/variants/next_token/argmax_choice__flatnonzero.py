"""Where p equals its maximum, the first place, as a NumPy integer."""


def argmax_choice(tokens, p):
    idx = np.flatnonzero(p == p.max())[0]
    return tokens[idx], idx
