"""Returns the index alone, without the token.

de: Du gibst nur den Index zurück, das Token fehlt. Wie viele Dinge nennt der Docstring als
Ergebnis?
en: You return the index alone, the token is missing. How many things does the docstring name as
the result?
"""


def argmax_choice(tokens, p):
    return int(np.argmax(p))
