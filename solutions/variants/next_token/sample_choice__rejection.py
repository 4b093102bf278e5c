"""Throw darts at the bar chart, a few thousand at a time, until one hits a bar."""


def sample_choice(tokens, p, rng):
    top = p.max()
    while True:
        column = rng.integers(len(tokens), size=4096)
        hits = np.flatnonzero(rng.random(4096) * top < p[column])
        if hits.size:
            idx = int(column[hits[0]])
            return tokens[idx], idx
