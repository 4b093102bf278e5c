"""sample_choice from top_k."""


def top_k_choice(tokens, p, k, rng):
    return sample_choice(tokens, top_k(p, k), rng)
