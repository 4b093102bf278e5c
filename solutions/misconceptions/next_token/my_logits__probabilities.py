"""Writes the wanted probabilities down as logits.

de: Du hast Wahrscheinlichkeiten hingeschrieben, keine Logits. Schick sie durch softmax und sieh
nach, wie nah der dritte Platz kommt. Was ist die Umkehrung von exp?
en: You wrote probabilities down, not logits. Send them through softmax and look how close the
third place comes. What is the inverse of exp?
"""

my_logits = np.array([0.3, 0.3, 0.2, 0.1, 0.05, 0.05])
