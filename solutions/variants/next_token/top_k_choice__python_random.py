"""random.choices over the survivors, seeded from the generator."""

import random


def top_k_choice(tokens, p, k, rng):
    if not 1 <= k <= len(tokens):
        raise ValueError("k")
    order = sorted(enumerate(p.tolist()), key=lambda pair: -pair[1])[:k]
    survivors = [(i, x) for i, x in order if x > 0]
    dice = random.Random(int(rng.integers(0, 2**60)))
    idx = dice.choices([i for i, _ in survivors], [x for _, x in survivors])[0]
    return tokens[idx], idx
