"""Uses methods of an array on a list.

de: Du behandelst z, als wäre es immer ein Array. Rufe deine Funktion mit einer gewöhnlichen Liste
auf, etwa [1, 2, 3]: Welche Zeile beschwert sich, und was fehlt der Liste?
en: You treat z as if it were always an array. Call your function with an ordinary list such as [1,
2, 3]: which line complains, and what does the list lack?
"""


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()
