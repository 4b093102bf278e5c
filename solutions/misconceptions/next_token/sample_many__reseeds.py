"""Uses a generator of its own with a fixed seed.

de: Du überschreibst rng mit einem eigenen Generator mit festem Startwert. Ruf deine Funktion
zweimal mit verschiedenen Generatoren auf: Unterscheiden sich die Anzahlen?
en: You overwrite rng with a generator of your own that has a fixed seed. Call your function twice
with different generators: do the counts differ?
"""


def sample_many(tokens, p, n=2000, rng=None):
    rng = np.random.default_rng(42)
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
