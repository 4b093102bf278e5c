"""Through log-probabilities, with np.logaddexp."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T <= 0")
    scaled = (z - z.max()) / T
    return np.exp(scaled - np.logaddexp.reduce(scaled))
