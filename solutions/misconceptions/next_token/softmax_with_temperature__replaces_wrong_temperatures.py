"""Replaces a temperature that is not positive by a tiny one.

de: Du ersetzt unerlaubte Temperaturen stillschweigend durch eine winzige. Woran merkt jemand, der
aus Versehen T = -1 übergibt, dass etwas nicht stimmt? Was soll die Funktion laut Docstring in
diesem Fall tun?
en: You silently replace temperatures that are not allowed by a tiny one. How does somebody who
passes T = -1 by mistake notice that something is wrong? What should the function do then, according
to the docstring?
"""


def softmax_with_temperature(z, T):
    T = max(T, 1e-8)
    return softmax(z / T)
