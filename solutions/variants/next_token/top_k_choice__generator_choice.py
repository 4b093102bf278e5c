"""Generator.choice with what top_k leaves."""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    i = rng.choice(len(tokens), p=q)
    return tokens[i], i
