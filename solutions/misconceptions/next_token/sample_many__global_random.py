"""Draws from np.random even where rng is passed in.

de: Du ziehst aus np.random, auch wenn ein rng übergeben wird. Ruf zweimal mit default_rng(1) auf:
Warum kommen verschiedene Anzahlen heraus?
en: You draw from np.random even where an rng is passed in. Call it twice with default_rng(1): why
do different counts come out?
"""


def sample_many(tokens, p, n=2000, rng=None):
    drawn = np.random.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
