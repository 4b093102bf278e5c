"""Exponentiates the logits as they are, so that large ones overflow.

de: Du rechnest exp mit den Logits, so wie sie kommen, und bei großen läuft das über. Probiere
[1000, 1000]: Welche beiden Zahlen teilst du da? Was ändert sich an p, wenn alle
Logits um denselben Betrag kleiner werden?
en: You take exp of the logits just as they come, and large ones overflow. Try [1000, 1000]: which
two numbers do you divide there? What changes in p when all logits become smaller by the same
amount?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z)
    return e / e.sum()
