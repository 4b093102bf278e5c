"""The logarithm is taken only where p is positive; the dot product is an expectation."""


def entropy(p):
    surprise = np.zeros(len(p))
    np.log(p, out=surprise, where=p > 0)
    return -np.dot(p, surprise)
