"""Checks k and then draws from the whole distribution.

de: Du ziehst aus ganz p und benutzt k nur zum Prüfen. Was sollte bei k = 1 immer herauskommen?
en: You draw from the whole of p and use k for the check only. What should always come out for k
= 1?
"""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    return sample_choice(tokens, p, rng)
