"""Uses the position among the k best as the index of the token.

de: Du benutzt den Platz unter den k besten als Index im Vokabular. Bei p = [0.1, 0.9] und k = 1
ist dieser Platz 0: Welches Token gibst du zurück?
en: You use the position among the k best as the index in the vocabulary. For p = [0.1, 0.9] and
k = 1 that position is 0: which token do you return?
"""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    q = p[best] / p[best].sum()
    idx = int(rng.choice(k, p=q))
    return tokens[idx], idx
