"""Leaves out the absolute value, so only tokens drawn too rarely count.

de: Du nimmst das Maximum von p - rel ohne Betrag und siehst nur die Token, die zu selten kamen.
Ein Token hat p = 0.2 und kam mit 0.6, die übrigen verteilen den Fehler auf viele kleine Stücke:
Was misst du dann?
en: You take the maximum of p - rel without the absolute value, so you only see tokens that came
too rarely. One token has p = 0.2 and came with 0.6, the others share the error in many small
pieces: what do you measure then?
"""


def deviation(p, rel):
    return np.max(p - rel)
