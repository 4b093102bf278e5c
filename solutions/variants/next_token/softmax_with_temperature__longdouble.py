"""Divide and exponentiate in extended precision."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T <= 0")
    wide = np.asarray(z, dtype=np.longdouble) / np.longdouble(T)
    weights = np.exp(wide - wide.max())
    return np.asarray(weights / weights.sum(), dtype=np.float64)
