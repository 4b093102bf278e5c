"""Returns the index first and the token second.

de: Du gibst erst den Index und dann das Token zurück. Was steht im Docstring vorn: token oder idx?
en: You return the index first and the token second. Which of the two comes first in the docstring:
token or idx?
"""


def argmax_choice(tokens, p):
    idx = int(np.argmax(p))
    return idx, tokens[idx]
