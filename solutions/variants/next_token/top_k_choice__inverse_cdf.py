"""Self-contained: rank, keep k, look one uniform number up in their running sum."""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(tokens):
        raise ValueError("k")
    kept = sorted(range(len(tokens)), key=lambda i: (-p[i], i))[:k]
    cdf = np.cumsum(p[kept])
    idx = kept[int(np.searchsorted(cdf / cdf[-1], rng.random(), side="right"))]
    return tokens[idx], idx
