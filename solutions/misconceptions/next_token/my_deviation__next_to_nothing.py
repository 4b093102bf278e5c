"""A number that no 10,000 draws can reach.

de: So genau treffen 10000 Züge nie: Jede Häufigkeit ist ein Vielfaches von 1/10000, die
Wahrscheinlichkeiten sind es nicht. Was ergibt deviation, wenn du wirklich ziehst?
en: No 10,000 draws hit that well: each frequency is a multiple of 1/10000, the probabilities
are not. What does deviation give when you really draw?
"""

my_deviation = 1e-6
