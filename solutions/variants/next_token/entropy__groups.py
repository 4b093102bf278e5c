"""Equal probabilities are counted and handled together."""


def entropy(p):
    values, times = np.unique(p[p > 0], return_counts=True)
    return float((times * values * -np.log(values)).sum())
