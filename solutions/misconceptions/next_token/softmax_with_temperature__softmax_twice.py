"""Applies softmax to probabilities divided by T.

de: Du wendest die Softmax zweimal an: Du teilst Wahrscheinlichkeiten durch T und nicht Logits. Was
kommt bei dir bei T = 1 heraus, und was kommt aus softmax(z)? Müssten die beiden gleich sein?
en: You apply the softmax twice: what you divide by T are probabilities, not logits. What do you get
at T = 1, and what does softmax(z) give? Should the two be equal?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    p = softmax(z)
    return softmax(p / T)
