"""Takes probabilities that nearly agree for a tie at the border.

de: Du hältst zwei Wahrscheinlichkeiten schon für gleich, wenn sie nur beinahe gleich sind.
Welches von 0.2 und 0.2000001 soll bei k = 1 bleiben, und welches bleibt bei dir?
en: You take two probabilities for equal that are only almost equal. Which of 0.2 and 0.2000001
should stay at k = 1, and which one does with you?
"""


def top_k(p, k):
    if not 1 <= k <= len(p):
        raise ValueError(k)
    border = np.sort(p)[-k]
    near = np.isclose(p, border)
    keep = [*np.flatnonzero((p > border) & ~near), *np.flatnonzero(near)][:k]
    out = np.zeros(len(p))
    out[keep] = p[keep] / p[keep].sum()
    return out
