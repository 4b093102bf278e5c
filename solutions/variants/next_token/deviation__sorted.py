"""Sort the gaps, take the last."""


def deviation(p, rel):
    gaps = [abs(a - b) for a, b in zip(p.tolist(), rel.tolist())]
    gaps.sort()
    return gaps[-1]
