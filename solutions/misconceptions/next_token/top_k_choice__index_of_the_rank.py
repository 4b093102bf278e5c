"""Returns the right token but with its rank as the index.

de: Dein Token stimmt, aber als idx gibst du seinen Rang unter den k besten zurück. Prüf mit
einem Beispiel, ob tokens[idx] dein Token ist.
en: Your token is right, but as idx you return its rank among the k best. Check with an example
whether tokens[idx] is your token.
"""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    names = [tokens[i] for i in best]
    return sample_choice(names, p[best] / p[best].sum(), rng)
