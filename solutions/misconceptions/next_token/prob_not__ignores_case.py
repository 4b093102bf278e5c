"""Compares the tokens without regard to upper and lower case.

de: Du machst vor dem Vergleich alles klein. Für ein Sprachmodell sind „Paris“ und „paris“ zwei
verschiedene Token: Was sollte bei „PARIS“ passieren?
en: You turn everything into lower case before you compare. To a language model "Paris" and
"paris" are two different tokens: what should happen for "PARIS"?
"""


def prob_not(tokens, p, token):
    small = [t.lower() for t in tokens]
    if token.lower() not in small:
        raise ValueError("unknown token")
    return float(1 - p[small.index(token.lower())])
