"""Takes the logarithm to the base 10.

de: Du rechnest mit dem Logarithmus zur Basis 10. Was kommt bei dir für eine faire Münze heraus, und
was ist ln 2? Welchen Logarithmus verlangt die Einheit nat?
en: You take the logarithm to the base 10. What do you get for a fair coin, and what is ln 2?
Which logarithm does the unit nat ask for?
"""


def entropy(p):
    possible = p[p > 0]
    return 0.0 - float(np.sum(possible * np.log10(possible)))
