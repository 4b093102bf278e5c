"""Returns the k values that stay by size, without the places of the others.

de: Du gibst nur die k größten Werte zurück, der Größe nach. Woran erkennt man dann noch, zu welchem
Token sie gehören? Jedes Token behält seinen Platz, und wer wegfällt, bekommt eine 0.
en: You return only the k largest values, sorted by size. How can one tell then which token they
belong to? Every token keeps its place, and what falls out gets a 0.
"""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.sort(p)[::-1][:k]
    return best / best.sum()
