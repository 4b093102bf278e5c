"""Cuts the rest off but does not renormalise.

de: Du setzt den Rest auf 0, teilst aber nicht neu auf. Was ist die Summe deines Ergebnisses,
und was sollte sie sein?
en: You set the rest to 0 but do not share the probability out again. What is the sum of your
result, and what should it be?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept
