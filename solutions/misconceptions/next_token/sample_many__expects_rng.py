"""Uses rng as it comes, so the default None is no generator.

de: Du benutzt rng, auch wenn niemand eines übergibt: Dann ist es None, und None kann nicht ziehen.
Was soll passieren, wenn rng fehlt?
en: You use rng even when nobody passes one: then it is None, and None can't draw. What should
happen where rng is missing?
"""


def sample_many(tokens, p, n=2000, rng=None):
    counts = np.zeros(len(tokens), dtype=int)
    for _ in range(n):
        _, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    return counts, counts / n
