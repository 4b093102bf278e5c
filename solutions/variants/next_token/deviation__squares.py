"""The root of the largest squared difference, in extended precision against underflow."""


def deviation(p, rel):
    gap = np.subtract(p, rel, dtype=np.longdouble)
    return float(np.sqrt(np.max(gap * gap)))
