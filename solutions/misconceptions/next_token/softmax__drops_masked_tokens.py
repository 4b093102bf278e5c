"""Removes the masked tokens from the result.

de: Du wirfst gesperrte Tokens aus dem Ergebnis hinaus. Wie viele Zahlen kommen bei [0, -inf, 0]
zurück, und zu welchem Token gehört dann die zweite? Welchen Wert soll ein gesperrtes Token haben?
en: You throw masked tokens out of the result. How many numbers come back for [0, -inf, 0], and
which token does the second one belong to then? What value should a masked token have?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    z = z[z != -np.inf]
    e = np.exp(z - z.max())
    return e / e.sum()
