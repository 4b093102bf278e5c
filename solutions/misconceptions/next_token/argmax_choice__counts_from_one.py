"""Counts the index from one.

de: Dein Index zählt ab 1, Python zählt ab 0. Setz dein idx in tokens[idx] ein: Welches Token kommt
heraus, und was geschieht beim letzten?
en: Your index counts from 1, Python counts from 0. Put your idx into tokens[idx]: which token
comes out, and what happens at the last one?
"""


def argmax_choice(tokens, p):
    best = 1
    for place, x in enumerate(p, start=1):
        if x > p[best - 1]:
            best = place
    return tokens[best - 1], best
