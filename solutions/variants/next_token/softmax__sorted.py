"""Sort, add up from the smallest weight to the largest, and undo the sorting."""


def softmax(z):
    z = np.asarray(z, dtype=float)
    order = np.argsort(z)
    weights = np.exp(z[order] - z[order[-1]])
    p = np.empty(len(z))
    p[order] = weights / np.cumsum(weights)[-1]
    return p
