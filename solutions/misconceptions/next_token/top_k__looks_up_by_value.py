"""Finds the places by value, so equal values share one place.

de: Du suchst jeden Wert mit index und findest gleiche Werte immer am selben Platz. Bei [0.4,
0.3, 0.3] und k = 3: Welche Plätze füllst du, und was ist die Summe?
en: You look each value up with index and always find equal values at the same place. For [0.4,
0.3, 0.3] and k = 3: which places do you fill, and what is the sum?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    values = list(p)
    best = sorted(values, reverse=True)[:k]
    kept = np.zeros(len(p))
    for x in best:
        kept[values.index(x)] = x / sum(best)
    return kept
