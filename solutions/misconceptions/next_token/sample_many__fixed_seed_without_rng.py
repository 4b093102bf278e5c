"""Falls back on a generator with a fixed seed where no rng is passed in.

de: Ohne rng nimmst du einen Generator mit festem Startwert. Ruf deine Funktion zweimal ohne rng
auf: Zieht sie wirklich jedes Mal anders?
en: Without rng you take a generator with a fixed seed. Call your function twice without rng: does
it really draw differently each time?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng(42)
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
