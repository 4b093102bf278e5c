"""Draws half as often and counts every draw twice.

de: Du ziehst nur halb so oft und zählst jeden Zug doppelt. Wirf so zwei Münzen: Können sie
bei dir verschieden fallen?
en: You draw only half as often and count every draw twice. Toss two coins in that way: can they
come out different?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    drawn = np.repeat(rng.choice(len(tokens), size=(n + 1) // 2, p=p), 2)[:n]
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
