"""Takes the first k of an ascending sort, so the smallest stay.

de: Du behältst die k kleinsten Wahrscheinlichkeiten. In welcher Richtung sortiert np.argsort?
en: You keep the k smallest probabilities. In which direction does np.argsort sort?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(p)[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    total = kept.sum()
    return kept / total if total > 0 else kept
