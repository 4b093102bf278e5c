"""Divides the logits by T above the fraction line, but not below it.

de: Du teilst nur im Zähler durch T, die Summe im Nenner kennt T nicht. Addiere deine Ergebnisse bei
T = 2: Kommt 1 heraus? Welche Logits gehören in die Summe?
en: You divide by T in the numerator only; the sum below knows nothing of T. Add up your results at
T = 2: do you get 1? Which logits belong into the sum?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    z = z - np.max(z)
    return np.exp(z / T) / np.sum(np.exp(z))
