"""One multinomial throw over the k that stay, impossible ones left out."""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError(k)
    kept = np.argsort(-p, kind="stable")[:k]
    kept = kept[p[kept] > 0]
    idx = int(kept[rng.multinomial(1, p[kept] / p[kept].sum()).argmax()])
    return tokens[idx], idx
