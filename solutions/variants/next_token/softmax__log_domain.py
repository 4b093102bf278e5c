"""Subtract the logarithm of the sum, found by np.logaddexp, and exponentiate last."""


def softmax(z):
    z = np.array(z, dtype=np.float64)
    z -= z.max()
    return np.exp(z - np.logaddexp.reduce(z))
