"""Divides the array that was passed in by T in place.

de: Du teilst das übergebene Array selbst durch T und veränderst es damit. Rufe deine Funktion
zweimal mit denselben Logits und T = 2 auf: Warum kommt beim zweiten Mal etwas anderes heraus?
en: You divide the very array that is passed in by T and so change it. Call your function twice with
the same logits and T = 2: why is the second result different?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    z /= T
    return softmax(z)
