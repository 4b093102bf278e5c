"""Stores a list for each temperature.

de: Du speicherst zu jeder Temperatur eine Liste, verlangt ist ein Tupel. Sieh dir die Klammern in
der Vorlage an: Woran erkennt Python, welches von beiden du meinst?
en: You store a list for each temperature, but a tuple is asked for. Look at the brackets in the
task: how does Python know which of the two you mean?
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = [p.max(), entropy(p)]
