"""Answers T = 0 with all probability on the largest logit.

de: Du behandelst T = 0 als Sonderfall und gibst dem größten Logit alles. Als Grenzwert ist das eine
schöne Idee, aber was verlangt der Docstring bei T <= 0? Wen würdest du bei Gleichstand auswählen?
en: You treat T = 0 as a special case and give everything to the largest logit. As a limit that is a
nice idea, but what does the docstring ask for at T <= 0? Which one would you pick on a tie?
"""


def softmax_with_temperature(z, T):
    if T < 0:
        raise ValueError("T must not be negative")
    if T == 0:
        p = np.zeros(len(z))
        p[np.argmax(z)] = 1.0
        return p
    return softmax(z / T)
