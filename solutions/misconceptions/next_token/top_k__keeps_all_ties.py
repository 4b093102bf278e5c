"""Keeps every value as large as the k-th largest, so a tie lets more through.

de: Du behältst alles, was mindestens so groß wie der k-größte Wert ist. Wie viele Plätze
bleiben bei vier gleichen Wahrscheinlichkeiten und k = 2?
en: You keep everything that is at least as large as the k-th largest value. How many places
stay with four equal probabilities and k = 2?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    border = np.sort(p)[-k]
    kept = np.where(p >= border, p, 0.0)
    return kept / kept.sum()
