"""Keeps the record of earlier calls in global variables.

de: Deine Funktion merkt sich den Rekord früherer Aufrufe. Ruf sie erst mit [0.1, 0.9] auf und dann
mit [0.6, 0.4]: Wo müsste die Suche beim zweiten Mal wieder anfangen?
en: Your function remembers the record of earlier calls. Call it with [0.1, 0.9] and then with
[0.6, 0.4]: where should the second search start again?
"""

best_p = 0.0
best_idx = 0


def argmax_choice(tokens, p):
    global best_p, best_idx
    for i, x in enumerate(p):
        if x > best_p:
            best_p = x
            best_idx = i
    return tokens[best_idx], best_idx
