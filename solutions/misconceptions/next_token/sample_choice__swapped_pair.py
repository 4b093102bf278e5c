"""Returns the index first and the token second.

de: Du gibst erst den Index und dann das Token zurück. In welcher Reihenfolge nennt der Docstring
die beiden?
en: You return the index first and the token second. In which order does the docstring name the
two?
"""


def sample_choice(tokens, p, rng):
    idx = int(rng.choice(len(tokens), p=p))
    return idx, tokens[idx]
