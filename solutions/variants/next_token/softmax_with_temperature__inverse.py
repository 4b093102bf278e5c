"""Multiply by beta = 1 / T, as a physicist would."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError(f"no such temperature: {T}")
    beta = 1.0 / T
    return softmax(beta * np.asarray(z))
