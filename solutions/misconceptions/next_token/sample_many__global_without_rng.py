"""Draws from NumPy's global generator where no rng is given.

de: Ohne rng ziehst du aus np.random, dem Generator, den alle teilen: Wer vorher np.random.seed
aufruft, legt dein Ergebnis fest. Wie entsteht ein Generator, der nur dir gehört?
en: Without rng you draw from np.random, the generator that everybody shares: whoever calls
np.random.seed before fixes your result. How do you make a generator of your own?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        drawn = np.random.choice(len(tokens), size=n, p=p)
    else:
        drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
