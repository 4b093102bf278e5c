"""Returns the probabilities as a list.

de: Du gibst eine Liste zurück, verlangt ist ein NumPy-Array. Versuche, dein Ergebnis mit 2 zu
multiplizieren: Was macht Python daraus, und was würde ein Array machen?
en: You return a list, but a NumPy array is asked for. Try to multiply your result by 2: what does
Python make of it, and what would an array do?
"""


def softmax(z):
    top = max(z)
    weights = [np.exp(x - top) for x in z]
    total = sum(weights)
    return [w / total for w in weights]
