"""Subtracts rel from p in place and so overwrites the argument.

de: Du ziehst rel direkt in p ab und überschreibst damit das Array, das dir nur geliehen ist.
Ruf deviation zweimal hintereinander mit denselben Arrays auf: Kommt dasselbe heraus?
en: You subtract rel inside p and so overwrite an array that you were only lent. Call deviation
twice in a row with the same arrays: do you get the same result?
"""


def deviation(p, rel):
    p -= rel
    return float(np.max(np.abs(p)))
