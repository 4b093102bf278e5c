"""Says 0 as soon as frequencies and probabilities nearly agree.

de: Sobald p und rel beinahe gleich sind, sagst du 0. Wie groß ist der Abstand von 0.5 und
0.5000001 wirklich, und was hält np.allclose davon?
en: As soon as p and rel are nearly equal, you say 0. How large is the gap between 0.5 and
0.5000001 really, and what does np.allclose think of it?
"""


def deviation(p, rel):
    if np.allclose(p, rel):
        return 0.0
    return float(np.max(np.abs(p - rel)))
