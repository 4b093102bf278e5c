"""Keeps k + 1 places.

de: Du behältst einen Platz zu viel. Wie viele Elemente hat a[: k + 1]? Probier k = 1.
en: You keep one place too many. How many elements does a[: k + 1] have? Try k = 1.
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[: k + 1]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
