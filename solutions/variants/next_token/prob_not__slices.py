"""What stands before and what stands after, summed by math.fsum."""

import math


def prob_not(tokens, p, token):
    for i, candidate in enumerate(tokens):
        if candidate == token:
            return math.fsum([*p[:i], *p[i + 1 :]])
    raise ValueError("no such token")
