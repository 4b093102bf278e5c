"""Returns only the k values that stay.

de: Du gibst nur die k Werte zurück, die bleiben. Woran erkennt man dann noch, zu welchem Token
sie gehören? Das Ergebnis soll so lang wie p sein.
en: You return only the k values that stay. How can one tell which token they belong to? The
result should be as long as p.
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    best.sort()
    return p[best] / p[best].sum()
