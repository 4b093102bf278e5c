"""Divides the probabilities by T instead of the logits.

de: Du teilst die fertigen Wahrscheinlichkeiten durch T. Was ist dann ihre Summe bei T = 2? Sieh in
der Formel nach, ob T vor oder nach der Softmax wirkt.
en: You divide the finished probabilities by T. What is their sum at T = 2 then? Look at the
formula: does T act before or after the softmax?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    return softmax(z) / T
