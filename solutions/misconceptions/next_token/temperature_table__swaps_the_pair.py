"""Puts the entropy first and the largest probability second.

de: Du schreibst die Entropie nach vorn und die größte Wahrscheinlichkeit nach hinten. Kann die
vordere Zahl bei T = 3.0 eine Wahrscheinlichkeit sein? Vergleiche die Reihenfolge mit der Vorlage.
en: You put the entropy first and the largest probability second. Can the first number at T = 3.0 be
a probability? Compare the order with the one in the task.
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (entropy(p), p.max())
