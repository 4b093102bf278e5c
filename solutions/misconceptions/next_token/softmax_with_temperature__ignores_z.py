"""Computes with the notebook's logits instead of its argument z.

de: Du rechnest mit logits aus dem Notebook und nicht mit z. Ruf deine Funktion mit zwei anderen
Logits auf: Wie viele Wahrscheinlichkeiten kommen heraus, und wovon hängen sie ab?
en: You compute with the notebook's logits and not with z. Call your function with two other
logits: how many probabilities come back, and what do they depend on?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    return softmax(logits / T)
