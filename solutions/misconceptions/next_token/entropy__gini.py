"""Computes 1 minus the sum of squares, another measure of uncertainty.

de: Du rechnest 1 - Summe der Quadrate, das ist ein anderes Maß (nach Gini). Was kommt bei dir für
eine faire Münze heraus? Sieh nach, womit p_i in der Formel von Shannon malgenommen wird.
en: You compute 1 - sum of squares, which is another measure (named after Gini). What do you get for
a fair coin? See what p_i is multiplied by in Shannon's formula.
"""


def entropy(p):
    return float(1 - np.sum(p**2))
