"""Says 0 as soon as one token is nearly certain.

de: Sobald ein Token beinahe sicher ist, sagst du 0. Ist np.isclose(p.max(), 1) dasselbe wie
Gewissheit? Rechne die Formel für [0.99999, 0.00001] aus.
en: As soon as one token is nearly certain, you say 0. Is np.isclose(p.max(), 1) the same as
certainty? Work out the formula for [0.99999, 0.00001].
"""


def entropy(p):
    if np.isclose(p.max(), 1):
        return 0.0
    q = p[p > 0]
    return float(-(q * np.log(q)).sum())
