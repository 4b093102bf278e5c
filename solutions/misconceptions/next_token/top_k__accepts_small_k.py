"""Checks only that k is at most V.

de: Du prüfst nur, ob k zu groß ist. Was bedeutet ein Slice [:k] bei k = 0 und bei k = -1, und
was verlangt der Docstring?
en: You only check whether k is too large. What does a slice [:k] mean for k = 0 and for k = -1,
and what does the docstring ask for?
"""


def top_k(p, k):
    if k > len(p):
        raise ValueError("k must not be larger than V")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
