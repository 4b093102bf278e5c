"""Multiplies the logits by T.

de: Du multiplizierst mit T, statt zu dividieren. Was geschieht dann bei T = 0.2 mit dem
größten Logit?
en: You multiply by T instead of dividing. What happens to the largest logit at T = 0.2?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        raise ValueError("T must be positive")
    return softmax(np.asarray(z) * T)
