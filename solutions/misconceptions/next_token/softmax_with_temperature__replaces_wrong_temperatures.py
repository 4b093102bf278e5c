"""Replaces a temperature that is not positive by a tiny one.

de: Bei unerlaubten Temperaturen lieferst du stillschweigend, was bei einer winzigen herauskäme.
Woran merkt jemand, der aus Versehen T = -1 übergibt, dass etwas nicht stimmt? Was soll die Funktion
laut Docstring in diesem Fall tun?
en: For temperatures that are not allowed you silently return what a tiny one would give. How does
somebody who passes T = -1 by mistake notice that something is wrong? What should the function do
then, according to the docstring?
"""


def softmax_with_temperature(z, T):
    T = max(T, 1e-8)
    return softmax(z / T)
