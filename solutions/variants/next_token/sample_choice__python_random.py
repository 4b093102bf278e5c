"""Python's random.Random, seeded from the generator that was passed in."""

import random


def sample_choice(tokens, p, rng):
    dice = random.Random(int(rng.integers(2**63)))
    idx = dice.choices(range(len(tokens)), weights=p.tolist())[0]
    return tokens[idx], idx
