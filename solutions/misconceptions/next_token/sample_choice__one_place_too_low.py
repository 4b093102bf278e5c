"""Takes the place before the one where the running sum passes the random number.

de: Du landest einen Platz zu weit links. Spiel es für p = [0.5, 0.5] und die Zufallszahl 0.7
durch: Wie viele Grenzen liegen darunter, und welcher Platz ist das, wenn man ab 0 zählt?
en: You end up one place too far to the left. Play it through for p = [0.5, 0.5] and the random
number 0.7: how many borders lie below it, and which place is that, counted from 0?
"""


def sample_choice(tokens, p, rng):
    borders = np.cumsum(p)
    idx = int(np.searchsorted(borders, rng.random() * borders[-1], side="right")) - 1
    return tokens[idx], idx
