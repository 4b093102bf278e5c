"""Add up all the others in a loop."""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    total = 0.0
    for other, x in zip(tokens, p):
        if other != token:
            total += x
    return total
