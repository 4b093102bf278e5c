"""Computes the expected counts and never draws.

de: Du rechnest aus, wie oft jedes Token kommen müsste, und ziehst gar nicht. Wirf in Gedanken 100
Münzen: Kommt jedes Mal genau 50-mal Kopf? Und wozu bekommst du rng?
en: You work out how often each token ought to come and draw nothing. Toss 100 coins in your mind:
is it heads exactly 50 times each time? And what is rng for?
"""


def sample_many(tokens, p, n=2000, rng=None):
    borders = np.round(n * np.cumsum(p)).astype(int)
    counts = np.diff(borders, prepend=0)
    return counts, counts / n
