"""Adds (1 - p) ln (1 - p) for every token, as for a yes-or-no question.

de: Du addierst für jedes Token auch noch den Summanden für 1 - p. Das passt zu einer Ja-nein-Frage,
bei der du nur eine der beiden Wahrscheinlichkeiten kennst. Was kommt bei dir für [0.5, 0.5] heraus,
und welche Wahrscheinlichkeiten zählst du doppelt?
en: For every token you also add the term for 1 - p. That fits a yes-or-no question of which you
know only one of the two probabilities. What do you get for [0.5, 0.5], and which probabilities do
you count twice?
"""


def entropy(p):
    h = 0.0
    for x in p:
        if 0 < x < 1:
            h -= x * np.log(x) + (1 - x) * np.log(1 - x)
    return float(h)
