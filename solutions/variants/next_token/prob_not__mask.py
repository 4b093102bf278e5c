"""A boolean mask of the places that hold another token."""


def prob_not(tokens, p, token):
    other = np.array([t != token for t in tokens])
    if other.all():
        raise ValueError(token)
    return float(p[other].sum())
