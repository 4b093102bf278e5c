"""Draws k times from all tokens and keeps the most probable one.

de: Du ziehst k-mal aus allen Token und behältst den besten Zug. k sagt nicht, wie oft gezogen
wird: Was soll bei k = 1 herauskommen, und was kann bei dir kommen?
en: You draw k times from all tokens and keep the best draw. k does not say how often to draw:
what should come out for k = 1, and what can come from yours?
"""


def top_k_choice(tokens, p, k, rng):
    if k < 1 or k > len(p):
        raise ValueError("k must be from 1 to V")
    drawn = rng.choice(len(tokens), size=k, p=p)
    idx = int(max(drawn, key=lambda i: p[i]))
    return tokens[idx], idx
