"""Raises ValueError for a known token of probability 0 as well.

de: Du lehnst auch Token ab, die im Vokabular stehen, aber Wahrscheinlichkeit 0 haben. Unmöglich
ist nicht unbekannt: Wie wahrscheinlich ist es, dass ein solches Token nicht kommt?
en: You also refuse tokens that are in the vocabulary but have probability 0. Impossible is not
unknown: how probable is it that such a token does not come?
"""


def prob_not(tokens, p, token):
    share = sum(x for t, x in zip(tokens, p) if t == token)
    if share == 0:
        raise ValueError("unknown token")
    return float(1 - share)
