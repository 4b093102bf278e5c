"""Sets the entry of p to 0 in place before it adds the rest up.

de: Du setzt p an der Stelle von token auf 0 und änderst damit das übergebene Array. Sieh dir p
nach dem Aufruf an: Wie bekommst du die Summe der anderen, ohne p anzufassen?
en: You set p to 0 at the place of token and so change the array that was passed in. Look at p
after the call: how do you get the sum of the others without touching p?
"""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    p[tokens.index(token)] = 0
    return float(p.sum())
