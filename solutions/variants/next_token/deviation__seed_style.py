"""NumPy: difference, absolute value, maximum."""


def deviation(p, rel):
    return np.abs(p - rel).max()
