"""Powers of two instead of e, by np.exp2."""


def softmax(z):
    z = np.asarray(z, dtype=float)
    powers = np.exp2((z - z.max()) * np.log2(np.e))
    return np.divide(powers, powers.sum())
