"""Leaves out the minus sign.

de: Du lässt das Minus vor der Summe weg. Welches Vorzeichen hat der Logarithmus einer Zahl zwischen
0 und 1, und kann eine Überraschung negativ sein?
en: You leave out the minus in front of the sum. What sign does the logarithm of a number between 0
and 1 have, and can a surprise be negative?
"""


def entropy(p):
    q = p[p > 0]
    return float(np.sum(q * np.log(q)))
