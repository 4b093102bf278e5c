"""Returns the sum of the absolute differences instead of the largest.

de: Du zählst alle Abstände zusammen, gefragt ist nur der größte. Was kommt bei dir für p = [1,
0] und rel = [0, 1] heraus? Kann ein einzelner Abstand so groß sein?
en: You add all the gaps up, but only the largest is asked for. What do you get for p = [1, 0]
and rel = [0, 1]? Can a single gap be that large?
"""


def deviation(p, rel):
    return float(sum(abs(x - r) for x, r in zip(p, rel)))
