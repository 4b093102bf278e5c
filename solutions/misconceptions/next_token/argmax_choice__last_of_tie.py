"""Lets the last token win a tie.

de: Bei Gleichstand gewinnt bei dir das letzte Token statt des ersten. Geh [0.4, 0.4, 0.2] von Hand
durch: Bei welchem Vergleich verliert der bisherige Sieger seinen Platz, und sollte er das?
en: On a tie you let the last token win instead of the first. Walk through [0.4, 0.4, 0.2] by hand:
at which comparison does the winner so far lose its place, and should it?
"""


def argmax_choice(tokens, p):
    idx = 0
    for i in range(len(p)):
        if p[i] >= p[idx]:
            idx = i
    return tokens[idx], idx
