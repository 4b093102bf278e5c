"""Refuses the empty token even where it is in the vocabulary.

de: Der leere Text "" kann ein Token sein wie jedes andere. Was ergibt `not ""`, und was
müsstest du stattdessen fragen?
en: The empty text "" may be a token like any other. What does `not ""` give, and what would you
have to ask instead?
"""


def prob_not(tokens, p, token):
    if not token or token not in tokens:
        raise ValueError(token)
    return float(1 - p[tokens.index(token)])
