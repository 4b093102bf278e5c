"""Squares the differences to lose the sign and never undoes it.

de: Du quadrierst die Differenzen, damit das Vorzeichen verschwindet, und gibst das größte
Quadrat zurück. Ein Abstand von 0.1 wird bei dir zu 0.01: Was fehlt am Ende?
en: You square the differences to get rid of the sign and return the largest square. A gap of
0.1 becomes 0.01: what is missing at the end?
"""


def deviation(p, rel):
    squares = (p - rel) ** 2
    return float(squares.max())
