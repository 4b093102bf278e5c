"""A subclass of ValueError from next() over the matching places."""


class UnknownToken(ValueError):
    """The token is not in the vocabulary."""


def prob_not(tokens, p, token):
    hit = next((x for t, x in zip(tokens, p) if t == token), None)
    if hit is None:
        raise UnknownToken(token)
    return float(np.clip(1 - hit, 0, 1))
