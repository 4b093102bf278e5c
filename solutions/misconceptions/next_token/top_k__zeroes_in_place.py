"""Writes the zeros into p itself.

de: Du schreibst die Nullen in p selbst, und die ursprünglichen Wahrscheinlichkeiten sind weg.
Sieh dir p nach dem Aufruf an: Wie schützt du das Original?
en: You write the zeros into p itself, and the original probabilities are gone. Look at p after
the call: how do you protect the original?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    rest = np.argsort(-p, kind="stable")[k:]
    p[rest] = 0
    return p / p.sum()
