"""Let 0 ln 0 become nan, and nan become 0."""


def entropy(p):
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = p * np.log(p)
    return -np.nan_to_num(terms, nan=0.0).sum()
