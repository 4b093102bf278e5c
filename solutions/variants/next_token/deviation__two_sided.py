"""The larger of the largest difference and the negated smallest one."""


def deviation(p, rel):
    gap = p - rel
    return float(max(gap.max(), -gap.min()))
