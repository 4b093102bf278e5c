"""The dot product with one minus a one-hot vector."""


def prob_not(tokens, p, token):
    one_hot = np.array([float(t == token) for t in tokens])
    if one_hot.sum() == 0:
        raise ValueError("token is not in tokens")
    return float(p @ (1 - one_hot))
