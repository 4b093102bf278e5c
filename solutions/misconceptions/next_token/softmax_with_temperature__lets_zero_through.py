"""Refuses negative temperatures, but not zero.

de: Du weist nur negative Temperaturen ab, die 0 lässt du durch. Was kommt bei T = 0 heraus? Gehört
diese Grenze laut Aufgabe zu den erlaubten Temperaturen?
en: You refuse negative temperatures only and let 0 through. What comes out at T = 0? According to
the task, is this border among the allowed temperatures?
"""


def softmax_with_temperature(z, T):
    if T < 0:
        raise ValueError("T must not be negative")
    return softmax(z / T)
