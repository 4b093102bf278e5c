"""Computes 0 ln 0 with NumPy, which gives nan.

de: Du rechnest den Logarithmus auch für Wahrscheinlichkeit 0 aus. Probiere [0, 1]: Was ist
np.log(0), und was ergibt das mal 0? Was soll ein unmögliches Token zur Summe beitragen?
en: You compute the logarithm for probability 0 as well. Try [0, 1]: what is np.log(0), and what is
that times 0? What should an impossible token add to the sum?
"""


def entropy(p):
    return float(-np.sum(p * np.log(p)))
