"""Divides by ln V, so that the uniform distribution has entropy 1.

de: Du teilst durch ln V, so dass höchstens 1 herauskommt. Was soll die Entropie von tausend gleich
wahrscheinlichen Tokens sein, und was hast du? Steht so ein Teiler in der Formel?
en: You divide by ln V, so that the result is 1 at most. What should the entropy of a thousand
equally likely tokens be, and what do you have? Is there such a divisor in the formula?
"""


def entropy(p):
    if len(p) == 1:
        return 0.0
    q = p[p > 0]
    return float(-np.sum(q * np.log(q)) / np.log(len(p)))
