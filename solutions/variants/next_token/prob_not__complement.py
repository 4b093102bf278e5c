"""One minus the token's probability, with list.index raising the error."""


def prob_not(tokens, p, token):
    return 1.0 - p[tokens.index(token)]
