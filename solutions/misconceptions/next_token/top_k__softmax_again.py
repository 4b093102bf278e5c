"""Renormalises with a second softmax instead of dividing by the sum.

de: Du schickst die Wahrscheinlichkeiten noch einmal durch softmax. Teste es mit k = V: Bleibt p
gleich? Überleg, wodurch man teilen muss, damit die Verhältnisse erhalten bleiben.
en: You send the probabilities through softmax once more. Try k = V: does p stay the same? Think
about what to divide by so that the ratios survive.
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    z = np.full(len(p), -np.inf)
    z[best] = p[best]
    return softmax(z)
