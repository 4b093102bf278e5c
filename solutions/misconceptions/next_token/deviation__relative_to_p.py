"""Divides each difference by p, a relative instead of an absolute error.

de: Du teilst jeden Abstand durch p und misst so den relativen Fehler. Was passiert bei einem
Token mit p = 0? Und steht in der Formel überhaupt eine Division?
en: You divide each gap by p and so measure the relative error. What happens at a token with p =
0? And is there any division in the formula?
"""


def deviation(p, rel):
    return np.max(np.abs(p - rel) / p)
