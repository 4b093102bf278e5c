"""Subtracts the largest logit in the array that was passed in.

de: Du veränderst das Array, das man dir übergibt. Gib z nach deinem Aufruf noch einmal aus: Stehen
die alten Zahlen darin? Was ist der Unterschied zwischen einem neuen Array und einem, in das du
hineinschreibst?
en: You change the array that is passed to you. Print z again after your call: are the old numbers
still in it? What is the difference between a new array and one that you write into?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    z -= z.max()
    e = np.exp(z)
    return e / e.sum()
