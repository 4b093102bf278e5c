"""A subclass of ValueError, defined beside the function."""


class ImpossibleTemperature(ValueError):
    """T is not positive."""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ImpossibleTemperature(T)
    return softmax([x / T for x in z])
