"""A loop over the pairs, in plain Python."""


def deviation(p, rel):
    worst = 0.0
    for theory, seen in zip(p, rel):
        gap = theory - seen if theory > seen else seen - theory
        worst = max(worst, gap)
    return worst
