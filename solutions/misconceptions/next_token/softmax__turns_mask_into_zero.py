"""Replaces -inf by the logit 0, which gives a masked token a share.

de: Du ersetzt -inf durch das Logit 0. Hat ein Token mit Logit 0 die Wahrscheinlichkeit 0? Sieh
nach, was bei dir für [0, -inf] herauskommt und was np.exp aus -inf macht.
en: You replace -inf by the logit 0. Does a token with logit 0 have probability 0? See what you get
for [0, -inf] and what np.exp makes of -inf.
"""


def softmax(z):
    z = np.array(z, dtype=float)
    z[np.isinf(z)] = 0
    e = np.exp(z - np.max(z))
    return e / np.sum(e)
