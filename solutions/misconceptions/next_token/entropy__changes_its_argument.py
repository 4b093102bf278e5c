"""Overwrites the zeros in the array that was passed in.

de: Du überschreibst die Nullen in dem Array, das man dir übergibt. Gib p nach deinem Aufruf noch
einmal aus: Ist ein unmögliches Token immer noch unmöglich? Worin könntest du stattdessen arbeiten?
en: You overwrite the zeros in the array that is passed to you. Print p again after your call: is an
impossible token still impossible? What could you work in instead?
"""


def entropy(p):
    p[p == 0] = 1
    return float(-np.sum(p * np.log(p)))
