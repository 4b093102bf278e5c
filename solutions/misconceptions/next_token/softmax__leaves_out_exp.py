"""Divides the logits themselves by their sum.

de: Du teilst die Logits selbst durch ihre Summe, ohne die Exponentialfunktion. Was wird bei [-1, 3]
aus dem ersten Token, und was passiert bei [-1, 1]? Wozu steht das e in der Formel?
en: You divide the logits themselves by their sum, without the exponential function. What becomes of
the first token of [-1, 3], and what happens with [-1, 1]? What is the e in the formula for?
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    return z / z.sum()
