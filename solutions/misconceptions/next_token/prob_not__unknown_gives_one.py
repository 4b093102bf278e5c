"""Treats an unknown token as one of probability 0.

de: Du gibst für ein unbekanntes Token 1 zurück, als wäre es bloß nie dran. Ein Tippfehler fiele
so nie auf: Was verlangt der Docstring in diesem Fall?
en: You return 1 for an unknown token, as if it just never came. A typo would go unnoticed that
way: what does the docstring ask for here?
"""


def prob_not(tokens, p, token):
    total = 0.0
    for t, x in zip(tokens, p):
        if t == token:
            total += x
    return 1 - total
