"""Replace the zeros by 1, whose logarithm is 0."""


def entropy(p):
    return -np.sum(p * np.log(np.where(p > 0, p, 1.0)))
