"""Counts only as far as the highest index that came.

de: Dein Ergebnis hört beim letzten gezogenen Token auf. Wie lang ist counts bei p = [0.5, 0.5, 0],
und wo bleibt das Token, das nie kommt?
en: Your result ends at the last token that was drawn. How long is counts for p = [0.5, 0.5, 0],
and where is the token that never comes?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn)
    return counts, counts / n
