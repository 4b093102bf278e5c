"""Returns arrays of all the winners instead of one token and one index.

de: Du gibst zwei Arrays mit allen Siegern zurück, verlangt sind ein einzelnes Token und eine
einzelne Zahl. Wie sieht dein Ergebnis bei [0.4, 0.4, 0.2] aus, und welcher der beiden Sieger ist
gemeint?
en: You return two arrays with all the winners, but one token and one number are asked for. What
does your result look like for [0.4, 0.4, 0.2], and which of the two winners is meant?
"""


def argmax_choice(tokens, p):
    idx = np.where(p == np.max(p))[0]
    return np.array(tokens)[idx], idx
