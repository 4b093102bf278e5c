"""Compute in extended precision, return float64."""


def softmax(z):
    wide = np.asarray(z, dtype=np.longdouble)
    weights = np.exp(wide - np.amax(wide))
    return (weights / weights.sum()).astype(np.float64)
