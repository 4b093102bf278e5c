"""Returns a list of two instead of a tuple.

de: Du gibst eine Liste zurück, verlangt ist ein Tupel. Was sagt type() zu deinem Ergebnis, und
welche Klammern sind daran schuld?
en: You return a list, but a tuple is asked for. What does type() say about your result, and which
brackets are to blame?
"""


def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    return [tokens[idx], idx]
