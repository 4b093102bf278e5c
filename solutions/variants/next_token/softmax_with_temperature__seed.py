"""The lesson's own way: check T, divide, call softmax."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be above 0")
    return softmax(z / T)
