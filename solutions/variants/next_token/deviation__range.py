"""The range of each column of the stacked arrays, and its largest."""


def deviation(p, rel):
    return float(np.ptp(np.stack([p, rel]), axis=0).max())
