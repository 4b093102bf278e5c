"""Takes the largest probability from the distribution at T = 1 every time.

de: Du nimmst die größte Wahrscheinlichkeit jedes Mal aus der Verteilung ohne Temperatur. Was
passiert mit dem höchsten Balken, wenn du kälter drehst, und warum ändert sich deine vordere Zahl
nicht?
en: You take the largest probability from the distribution without temperature every time. What
happens to the highest bar when you turn it colder, and why does your first number not change?
"""

p = softmax(logits)
temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    temperature_table[T] = (p.max(), entropy(softmax_with_temperature(logits, T)))
