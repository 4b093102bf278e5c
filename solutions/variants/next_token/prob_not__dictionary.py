"""A dictionary from token to probability; its KeyError becomes a ValueError."""


def prob_not(tokens, p, token):
    try:
        return 1 - dict(zip(tokens, p))[token]
    except KeyError as error:
        raise ValueError(f"unknown: {token}") from error
