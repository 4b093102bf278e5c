"""Returns the single terms without adding them up.

de: Du gibst die einzelnen Summanden zurück, nicht ihre Summe. Sieh dir die Form deines Ergebnisses
für [0.5, 0.5] an: Wie viele Zahlen sollen es sein? Welches Zeichen der Formel fehlt noch?
en: You return the single terms and not their sum. Look at the shape of your result for [0.5, 0.5]:
how many numbers should there be? Which sign of the formula is still missing?
"""


def entropy(p):
    q = np.where(p > 0, p, 1)
    return -q * np.log(q)
