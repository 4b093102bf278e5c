"""Adds 1e-5 inside the logarithm, which is too much.

de: Du addierst im Logarithmus eine Zahl, die das Ergebnis merklich verfälscht. Was kommt bei
tausend gleich wahrscheinlichen Tokens heraus, und wie weit ist das von ln 1000 entfernt? Verlangt
ist eine Genauigkeit von 1e-6.
en: You add a number inside the logarithm that shifts the result noticeably. What do you get for a
thousand equally likely tokens, and how far is that from ln 1000? The result has to be right within
1e-6.
"""


def entropy(p):
    return float(-np.sum(p * np.log(p + 1e-5)))
