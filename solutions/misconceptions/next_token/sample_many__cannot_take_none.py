"""Replaces the default None by a generator and cannot take None any more.

de: Du hast die Vorgabe rng=None durch einen fertigen Generator ersetzt. Was passiert, wenn jemand
rng=None übergibt, und bekommt jeder Aufruf ohne rng wirklich einen frischen?
en: You replaced the default rng=None by a finished generator. What happens if someone passes
rng=None, and does every call without rng really get a fresh one?
"""

dice = np.random.default_rng()


def sample_many(tokens, p, n=2000, rng=dice):
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / n
