"""np.delete the token's place, sum what is left."""


def prob_not(tokens, p, token):
    idx = tokens.index(token)
    return np.delete(p, idx).sum()
