"""Counts in floats.

de: Deine Anzahlen sind Kommazahlen, verlangt sind ganze. Welchen dtype hat ein Array aus np.zeros,
wenn du nichts dazu sagst?
en: Your counts are floats, but whole numbers are asked for. Which dtype does an array from
np.zeros have if you say nothing about it?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = np.zeros(len(tokens))
    for _ in range(n):
        _, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    return counts, counts / n
