"""A heap of (probability, -index)."""

import heapq


def argmax_choice(tokens, p):
    best = heapq.nlargest(1, ((x, -i) for i, x in enumerate(p)))[0]
    return tokens[-best[1]], -best[1]
