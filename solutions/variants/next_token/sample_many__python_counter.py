"""random.choices, seeded from the generator, and a collections.Counter."""

import random
from collections import Counter


def sample_many(tokens, p, n=2000, rng=None):
    seed = None if rng is None else int(rng.integers(2**62))
    drawn = random.Random(seed).choices(range(len(tokens)), weights=list(map(float, p)), k=n)
    tally = Counter(drawn)
    counts = np.array([tally[i] for i in range(len(tokens))])
    return counts, np.array([c / n for c in counts.tolist()])
