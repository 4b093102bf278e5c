"""k times the first largest, each then taken out of the race."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError(k)
    race, kept = p.copy(), np.zeros(len(p))
    for _ in range(k):
        i = np.argmax(race)
        kept[i] = p[i]
        race[i] = -1
    kept /= kept.sum()
    return kept
