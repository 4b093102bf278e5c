"""Refuses k = V, which is allowed.

de: Du lehnst auch k = V ab. Alle Token zu behalten ist erlaubt: Sieh dir an deiner Bedingung
das Gleichheitszeichen an.
en: You refuse k = V as well. Keeping all tokens is allowed: look at the equals sign in your
condition.
"""


def top_k(p, k):
    if not 0 < k < len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
