"""A sum of Python floats that leaves out the zeros."""

import math


def entropy(p):
    return -math.fsum(x * math.log(x) for x in p if x > 0)
