"""Keeps adding to a total that lives outside the function.

de: Du addierst in eine Variable, die zwischen den Aufrufen stehen bleibt. Rufe deine Funktion
zweimal mit [0.5, 0.5] auf: Warum ist das zweite Ergebnis größer? Wo müsste die Summe anfangen?
en: You add to a variable that survives from call to call. Call your function twice with [0.5, 0.5]:
why is the second result larger? Where should the sum begin?
"""

total = 0.0


def entropy(p):
    global total
    for x in p:
        if x > 0:
            total -= x * np.log(x)
    return float(total)
