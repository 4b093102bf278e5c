"""Divides the weights by T and normalises, so that T drops out.

de: Du teilst erst nach der Exponentialfunktion durch T, und beim Normieren kürzt sich T wieder weg.
Vergleiche deine Ergebnisse bei T = 0.5 und T = 5: Unterscheiden sie sich? An welcher Stelle muss T
wirken, damit etwas übrig bleibt?
en: You divide by T only after the exponential function, and normalising cancels T again. Compare
your results at T = 0.5 and T = 5: do they differ? Where does T have to act for something to remain?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    e = np.exp(z - np.max(z)) / T
    return e / e.sum()
