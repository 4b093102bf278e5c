"""Looks an unknown token up in a dict, which raises KeyError.

de: Du schlägst token in einem dict nach, und bei einem unbekannten Token kommt ein KeyError.
Ist KeyError eine Art ValueError? Sieh nach, welchen Fehler der Docstring nennt.
en: You look token up in a dict, and an unknown token ends in a KeyError. Is KeyError a kind of
ValueError? Check which error the docstring names.
"""


def prob_not(tokens, p, token):
    table = dict(zip(tokens, p))
    return 1 - table[token]
