"""Makes the two smallest equal instead of the two largest.

de: Bei dir liegen die beiden letzten Token gleichauf, nicht die beiden ersten. Zwischen welchen
Plätzen soll der Abstand klein sein?
en: With yours the two last tokens are level, not the two first. Between which places should the
distance be small?
"""

my_logits = np.array([4.0, 3.0, 2.0, 1.0, -1.0, -1.0])
