"""No call to softmax: divide, shift, exponentiate, divide by the sum."""


def softmax_with_temperature(z, T):
    if not T > 0:
        raise ValueError
    scaled = np.divide(z, T)
    scaled -= scaled.max()
    weights = np.exp(scaled, out=scaled)
    return weights / weights.sum()
