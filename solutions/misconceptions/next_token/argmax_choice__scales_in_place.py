"""Divides p by its maximum in place.

de: Dein Ergebnis stimmt, aber du veränderst dabei p. Gib p vor und nach dem Aufruf aus: Was macht
/= mit dem Array, das dir jemand geliehen hat?
en: Your result is right, but you change p on the way. Print p before and after the call: what does
/= do to an array that someone lent you?
"""


def argmax_choice(tokens, p):
    p /= p.max()
    idx = list(p).index(1.0)
    return tokens[idx], idx
