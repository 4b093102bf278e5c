"""Returns two lists instead of two arrays.

de: Du gibst zwei Listen zurück, verlangt sind Arrays. Probiere counts.sum() und rel - p mit deinem
Ergebnis: Was davon kann eine Liste?
en: You return two lists, but arrays are asked for. Try counts.sum() and rel - p on your result:
which of these can a list do?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = [0] * len(tokens)
    for _ in range(n):
        _, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    rel = [count / n for count in counts]
    return counts, rel
