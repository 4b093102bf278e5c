"""Shannon's grouping: token by token, the question "is it this one?" and the rest."""

import math


def entropy(p):
    total, rest = 0.0, math.fsum(p)
    for x in sorted((float(x) for x in p if x > 0), reverse=True):
        share = min(x / rest, 1.0) if rest > 0 else 1.0
        if share < 1.0:
            total -= rest * (share * math.log(share) + (1 - share) * math.log1p(-share))
        rest -= x
        if rest < 1e-15:
            break
    return total
