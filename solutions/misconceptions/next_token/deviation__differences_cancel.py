"""Adds the signed differences up before it takes the absolute value.

de: Du zählst erst alle Differenzen zusammen und nimmst dann den Betrag. Rechne p = [0.7, 0.3]
und rel = [0.5, 0.5] von Hand: Was wird aus +0.2 und -0.2?
en: You add all the differences up first and take the absolute value afterwards. Work out p =
[0.7, 0.3] and rel = [0.5, 0.5] by hand: what becomes of +0.2 and -0.2?
"""


def deviation(p, rel):
    total = 0.0
    for i in range(len(p)):
        total += p[i] - rel[i]
    return abs(total)
