"""Averages the terms instead of adding them.

de: Du nimmst den Mittelwert der Summanden, statt sie zu addieren. Was kommt bei dir für zwei und
was für tausend gleich wahrscheinliche Tokens heraus? Durch das p in der Formel ist die Summe schon
ein Mittel, wozu also noch einmal teilen?
en: You take the mean of the terms instead of adding them. What do you get for two and for a
thousand equally likely tokens? The p in the formula makes the sum an average already, so why divide
again?
"""


def entropy(p):
    q = np.where(p > 0, p, 1)
    return float(-np.mean(q * np.log(q)))
