"""Computes the entropy from the largest probability alone.

de: Du rechnest die Entropie nur aus der größten Wahrscheinlichkeit. Steigt deine hintere Zahl von T
= 1.0 zu T = 3.0, wie sie soll? Überlege, über wie viele Tokens die Summe in der Formel läuft.
en: You compute the entropy from the largest probability alone. Does your second number rise from T
= 1.0 to T = 3.0 as it should? Think about how many tokens the sum in the formula runs over.
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p_max = softmax_with_temperature(logits, T).max()
    temperature_table[T] = (p_max, -p_max * np.log(p_max))
