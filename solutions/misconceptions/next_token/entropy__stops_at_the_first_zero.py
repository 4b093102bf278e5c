"""Ends the loop at the first probability 0.

de: Du beendest die Schleife bei der ersten Null, statt sie nur zu überspringen. Vergleiche [0.5,
0.5, 0] mit [0, 0.5, 0.5]: Sollte die Reihenfolge der Tokens etwas ändern? Was geschieht mit den
Tokens hinter der Null?
en: You end the loop at the first zero instead of just skipping it. Compare [0.5, 0.5, 0] with [0,
0.5, 0.5]: should the order of the tokens matter? What happens to the tokens after the zero?
"""


def entropy(p):
    h = 0.0
    for x in p:
        if x == 0:
            break
        h -= x * np.log(x)
    return float(h)
