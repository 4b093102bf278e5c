"""Takes the smallest probability, the front of a rising order.

de: Du nimmst das Token mit der kleinsten Wahrscheinlichkeit. In welche Richtung ordnet argsort,
und wo in dieser Reihenfolge steht der größte Wert?
en: You take the token of the smallest probability. In which direction does argsort order, and
where in that order is the largest value?
"""


def argmax_choice(tokens, p):
    order = np.argsort(p)
    idx = int(order[0])
    return tokens[idx], idx
