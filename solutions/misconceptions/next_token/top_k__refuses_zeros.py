"""Raises ValueError where fewer than k tokens are possible.

de: Du lehnst ab, wenn weniger als k Token eine positive Wahrscheinlichkeit haben. Lies noch
einmal nach: Dürfen unter den k Plätzen auch welche mit 0 sein?
en: You refuse if fewer than k tokens have a positive probability. Read it again: may there be
zeros among the k places?
"""


def top_k(p, k):
    if k < 1 or k > np.count_nonzero(p):
        raise ValueError("not enough tokens")
    best = np.argsort(-p, kind="stable")[:k]
    kept = np.zeros(len(p))
    kept[best] = p[best]
    return kept / kept.sum()
