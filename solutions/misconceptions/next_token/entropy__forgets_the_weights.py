"""Adds up the surprises without weighing them by p.

de: Du addierst die Logarithmen, ohne sie mit p zu gewichten. Bei [0.5, 0.5] müsste ln 2
herauskommen, was hast du? Überlege, wie oft ein Token mit 1 % im Mittel überhaupt überrascht.
en: You add up the logarithms without weighing them by p. For [0.5, 0.5] you should get ln 2; what
do you have? Think about how often a token of 1 % gets to surprise you at all.
"""


def entropy(p):
    q = p[p > 0]
    return float(-np.sum(np.log(q)))
