"""Divides counts by n in whole numbers, so that the shares are cut to 0 or 1.

de: Du teilst ganzzahlig, dabei geht alles hinter dem Komma verloren. Was ergibt 700 // 2000 in
Python, und was 700 / 2000?
en: You divide in whole numbers, and all behind the decimal point is lost. What is 700 // 2000 in
Python, and what is 700 / 2000?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    rel = (counts // n).astype(float)
    return counts, rel
