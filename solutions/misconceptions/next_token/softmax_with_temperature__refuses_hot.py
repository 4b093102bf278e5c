"""Takes T for a number between 0 and 1 and refuses larger ones.

de: Du weist auch Temperaturen über 1 ab. T ist keine Wahrscheinlichkeit: Was soll bei T = 3 mit der
Verteilung geschehen, und welche Temperaturen sind wirklich verboten?
en: You refuse temperatures above 1 as well. T is not a probability: what should happen to the
distribution at T = 3, and which temperatures are really forbidden?
"""


def softmax_with_temperature(z, T):
    if not 0 < T <= 1:
        raise ValueError("T must be between 0 and 1")
    return softmax(z / T)
