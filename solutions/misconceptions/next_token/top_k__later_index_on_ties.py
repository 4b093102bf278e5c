"""Keeps the higher index on a tie at the border.

de: Bei Gleichstand an der Grenze behältst du das hintere Token. Sortiere [0.25, 0.25, 0.25,
0.25] aufsteigend mit argsort: Welche Indizes stehen am Ende, und welche sollen bleiben?
en: On a tie at the border you keep the token further back. Sort [0.25, 0.25, 0.25, 0.25]
upwards with argsort: which indices come last, and which should stay?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(p, kind="stable")[-k:]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
