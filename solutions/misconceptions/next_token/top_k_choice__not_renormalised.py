"""Draws with the old probabilities, so the part cut off goes to one token.

de: Du ziehst mit den alten Wahrscheinlichkeiten, die nach dem Abschneiden nicht mehr 1 ergeben.
Welches Token kommt bei dir, wenn die Zufallszahl größer ist als ihre Summe?
en: You draw with the old probabilities, which no longer add up to 1 after the cut. Which token
do you return if the random number is larger than their sum?
"""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    best = np.argsort(-p, kind="stable")[:k]
    u = rng.random()
    idx = int(best[0])
    total = 0.0
    for i in best:
        total += p[i]
        if u < total:
            idx = int(i)
            break
    return tokens[idx], idx
