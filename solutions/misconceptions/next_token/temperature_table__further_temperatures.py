"""Holds more temperatures than the task names.

de: Du hast mehr Temperaturen in der Tabelle, als die Aufgabe nennt. Zum Ausprobieren ist das gut,
aber wie viele Einträge soll das dict am Ende haben, und welche?
en: You have more temperatures in the table than the task names. That is fine for trying things out,
but how many entries should the dict have in the end, and which?
"""

temperature_table = {}
for T in [0.2, 0.5, 1.0, 1.5, 2.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[T] = (p.max(), entropy(p))
