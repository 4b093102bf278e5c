"""Never looks whether T is positive.

de: Du prüfst T nicht. Welches Token liegt bei T = -1 vorn, und ergibt das einen Sinn? Lies im
Docstring nach, was bei solchen Temperaturen geschehen soll.
en: You do not check T. Which token is ahead at T = -1, and does that make sense? Read in the
docstring what should happen at such temperatures.
"""


def softmax_with_temperature(z, T):
    return softmax(z / T)
