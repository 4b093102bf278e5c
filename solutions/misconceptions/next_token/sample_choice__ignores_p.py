"""Draws every token with the same probability.

de: Du ziehst alle Tokens gleich oft, p kommt bei dir gar nicht vor. Wie oft dürfte bei p = [0.9,
0.1, 0] das dritte Token kommen?
en: You draw all tokens equally often, p plays no part. With p = [0.9, 0.1, 0], how often may the
third token come?
"""


def sample_choice(tokens, p, rng):
    idx = int(rng.integers(len(tokens)))
    return tokens[idx], idx
