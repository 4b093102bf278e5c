"""Returns a list instead of an array.

de: Du gibst eine Liste zurück, verlangt ist ein NumPy-Array. Was macht 2 * ergebnis bei einer
Liste und was bei einem Array?
en: You return a list, but a NumPy array is asked for. What does 2 * result do with a list, and
what with an array?
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    total = sum(p[best])
    return [p[i] / total if i in best else 0.0 for i in range(len(p))]
