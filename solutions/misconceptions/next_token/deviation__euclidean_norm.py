"""Returns the Euclidean length of the vector of differences.

de: Du nimmst die Länge des Differenzvektors (Wurzel aus der Summe der Quadrate). Für
Differenzen von 0.3 und -0.3 ist sie größer als 0.3: Welche Zahl soll stattdessen herauskommen?
en: You take the length of the vector of differences (the root of the sum of squares). For
differences of 0.3 and -0.3 it is larger than 0.3: which number should come out instead?
"""


def deviation(p, rel):
    return float(np.linalg.norm(p - rel))
