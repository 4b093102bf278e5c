"""Checks only that k is at least 1.

de: Du prüfst nur, ob k zu klein ist. Was soll bei k = 7 und sechs Token passieren, und was
liefert deine Funktion?
en: You only check whether k is too small. What should happen for k = 7 and six tokens, and what
does your function return?
"""


def top_k(p, k):
    if k < 1:
        raise ValueError("k must be at least 1")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
