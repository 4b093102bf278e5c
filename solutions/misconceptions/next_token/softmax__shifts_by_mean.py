"""Subtracts the mean of the logits instead of the largest one.

de: Du ziehst den Mittelwert der Logits ab. Wie groß ist danach das größte Logit von [3000, 0, 0],
und was macht exp daraus? Und welchen Mittelwert hat eine Reihe, in der -inf vorkommt?
en: You subtract the mean of the logits. How large is the largest logit of [3000, 0, 0] afterwards,
and what does exp make of it? And what is the mean of a row that holds -inf?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.mean())
    return e / e.sum()
