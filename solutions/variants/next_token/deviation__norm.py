"""The infinity norm of the difference."""


def deviation(p, rel):
    return np.linalg.norm(p - rel, ord=np.inf)
