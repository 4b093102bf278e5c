"""Takes the logarithm to base 2.

de: Du rechnest mit dem Logarithmus zur Basis 2, also in Bit. Was kommt bei dir für eine faire Münze
heraus, und was ist ln 2? Welchen Logarithmus verlangt die Einheit nat?
en: You use the logarithm to base 2, that is, bits. What do you get for a fair coin, and what is ln
2? Which logarithm does the unit nat call for?
"""


def entropy(p):
    q = p[p > 0]
    return float(-np.sum(q * np.log2(q)))
