"""Uses texts like "0.2" as keys.

de: Du nimmst Texte als Schlüssel, verlangt sind Zahlen. Was liefert 0.2 == "0.2" in Python, und was
passiert, wenn jemand in deiner Tabelle bei der Zahl 0.2 nachschlägt?
en: You use texts as keys, but numbers are asked for. What does 0.2 == "0.2" give in Python, and
what happens when somebody looks up the number 0.2 in your table?
"""

temperature_table = {}
for T in [0.2, 1.0, 3.0]:
    p = softmax_with_temperature(logits, T)
    temperature_table[str(T)] = (p.max(), entropy(p))
