"""Divides by 2000 whatever n is.

de: Du teilst immer durch 2000, auch wenn n eine andere Zahl ist. Welche Summe hat rel bei n = 500?
en: You always divide by 2000, even where n is another number. What is the sum of rel at n = 500?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    drawn = rng.choice(len(tokens), size=n, p=p)
    counts = np.bincount(drawn, minlength=len(tokens))
    return counts, counts / 2000
