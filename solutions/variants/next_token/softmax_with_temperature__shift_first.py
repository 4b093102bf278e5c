"""Move the largest logit to 0 before T is applied."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T <= 0")
    return softmax((z - np.max(z)) / T)
