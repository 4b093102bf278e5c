"""Writes softmax anew without the shift and overflows when it is cold.

de: Du rechnest exp(z / T) selbst und ohne Schutz vor Überlauf. Wie groß ist z / T für das Logit 20
bei T = 0.01, und was macht exp daraus? Hast du nicht schon eine Funktion, die das aushält?
en: You compute exp(z / T) yourself, with nothing to keep it from overflowing. How large is z / T
for the logit 20 at T = 0.01, and what does exp make of it? Don't you already have a function that
can take this?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    e = np.exp(z / T)
    return e / e.sum()
