"""Returns the token without its index.

de: Du gibst nur das gezogene Token zurück, der Index fehlt. Wie viele Dinge nennt der Docstring
als Ergebnis?
en: You return the drawn token alone, its index is missing. How many things does the docstring name
as the result?
"""


def sample_choice(tokens, p, rng):
    return str(rng.choice(tokens, p=p))
