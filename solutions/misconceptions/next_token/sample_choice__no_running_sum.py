"""Compares the random number with the single probabilities, not with their running sum.

de: Du vergleichst die Zufallszahl mit den einzelnen Wahrscheinlichkeiten. Zeichne für p = [0.5,
0.3, 0.2] die Strecke von 0 bis 1 in drei Stücken: Wo fängt das zweite Stück an, und kommt es bei
dir je dran?
en: You compare the random number with the single probabilities. For p = [0.5, 0.3, 0.2], draw the
line from 0 to 1 in three pieces: where does the second one begin, and does it ever get a turn?
"""


def sample_choice(tokens, p, rng):
    u = rng.random()
    for idx in range(len(tokens)):
        if u < p[idx]:
            return tokens[idx], idx
    return tokens[-1], len(tokens) - 1
