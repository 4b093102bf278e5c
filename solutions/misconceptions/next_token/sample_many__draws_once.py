"""Draws one token and counts it n times.

de: Du ziehst ein einziges Mal und zählst dieses Token dann n-mal. Steht dein Zug vor der Schleife
oder in ihr, und wie viele verschiedene Tokens hast du nach 2000 Zügen gesehen?
en: You draw just once and then count this token n times. Is your draw before the loop or inside
it, and how many different tokens have you seen after 2000 draws?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = np.zeros(len(tokens), dtype=int)
    _, idx = sample_choice(tokens, p, rng)
    for _ in range(n):
        counts[idx] += 1
    return counts, counts / n
