"""Returns the perplexity, the exponential of the entropy.

de: Du gibst exp(H) zurück, das ist die Perplexität. Was kommt bei dir heraus, wenn das Token
feststeht, und was soll dann die Entropie sein? Welcher Schritt am Ende ist zu viel?
en: You return exp(H), which is the perplexity. What do you get when the token is certain, and what
should the entropy be then? Which step at the end is one too many?
"""


def entropy(p):
    q = p[p > 0]
    return float(np.exp(-np.sum(q * np.log(q))))
