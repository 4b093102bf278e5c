"""Returns the difference of every token instead of one number.

de: Du gibst den Abstand jedes einzelnen Tokens zurück, also ein Array. Verlangt ist eine Zahl:
Welchen der Abstände willst du melden?
en: You return the gap of every single token, an array. One number is asked for: which of the
gaps do you want to report?
"""


def deviation(p, rel):
    gaps = np.abs(p - rel)
    return gaps
