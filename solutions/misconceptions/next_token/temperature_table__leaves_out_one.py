"""Leaves out the comparison at T = 1.

de: Du lässt den Vergleich bei T = 1.0 weg. Zähle die Einträge deiner Tabelle: Wie viele
Temperaturen nennt die Aufgabe?
en: You leave out the comparison at T = 1.0. Count the entries of your table: how many temperatures
does the task name?
"""

temperature_table = {}
for T in [0.2, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (p.max(), entropy(p))
