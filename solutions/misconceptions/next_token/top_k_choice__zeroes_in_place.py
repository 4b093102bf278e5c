"""Overwrites p with the probabilities that stay.

de: Du schreibst das Ergebnis von top_k in p hinein und änderst damit das Array des Aufrufers.
Zieh erst mit k = 1, dann mit k = V aus demselben p: Was kommt noch?
en: You write the result of top_k into p and so change the caller's array. Draw with k = 1
first, then with k = V from the same p: what can still come?
"""


def top_k_choice(tokens, p, k, rng):
    p[:] = top_k(p, k)
    return sample_choice(tokens, p, rng)
