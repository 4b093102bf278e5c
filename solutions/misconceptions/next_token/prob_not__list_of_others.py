"""Returns the probabilities of the other tokens one by one.

de: Du gibst die Wahrscheinlichkeiten der anderen einzeln zurück. Verlangt ist eine Zahl: Wie
groß ist die Chance, dass irgendeines davon kommt?
en: You return the probabilities of the others one by one. One number is asked for: what is the
chance that any of them comes?
"""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    return np.delete(p, tokens.index(token))
