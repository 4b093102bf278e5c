"""Returns the weights without dividing them by their sum.

de: Du gibst die Gewichte zurück, ohne sie durch ihre Summe zu teilen. Addiere deine Ergebnisse für
vier gleiche Logits: Was müsste herauskommen, damit es Wahrscheinlichkeiten sind?
en: You return the weights without dividing by their sum. Add up your results for four equal logits:
what should come out if they were probabilities?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    return np.exp(z - np.max(z))
