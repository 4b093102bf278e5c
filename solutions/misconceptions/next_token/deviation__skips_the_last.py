"""Stops the loop one token too early.

de: Deine Schleife hört ein Token zu früh auf, das letzte wird nie verglichen. Welche Indizes
liefert range(len(p) - 1) bei drei Token?
en: Your loop stops one token too early, the last one is never compared. Which indices does
range(len(p) - 1) give for three tokens?
"""


def deviation(p, rel):
    largest = 0.0
    for i in range(len(p) - 1):
        gap = abs(p[i] - rel[i])
        if gap > largest:
            largest = gap
    return largest
