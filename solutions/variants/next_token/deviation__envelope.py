"""Upper minus lower envelope of the two."""


def deviation(p, rel):
    return (np.maximum(p, rel) - np.minimum(p, rel)).max().item()
