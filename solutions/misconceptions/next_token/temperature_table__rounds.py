"""Rounds both numbers to two decimals.

de: Du rundest die Zahlen auf zwei Stellen. Wie weit liegen sie damit vom genauen Wert weg, und wie
genau wird verglichen? Runden kannst du später bei der Ausgabe.
en: You round the numbers to two decimals. How far does that take them from the exact value, and how
closely are they compared according to the rules? Rounding can wait until you print.
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (round(float(p.max()), 2), round(float(entropy(p)), 2))
