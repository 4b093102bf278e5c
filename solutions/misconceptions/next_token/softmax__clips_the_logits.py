"""Cuts the logits off at 500 so that exp cannot overflow.

de: Du schneidest große Logits ab, damit exp nicht überläuft. Was kommt bei dir für [1000, 2000]
heraus, und welches der beiden Tokens müsste vorn liegen? Suche einen Weg, der die Abstände der
Logits bewahrt.
en: You cut large logits off so that exp does not overflow. What do you get for [1000, 2000], and
which of the two tokens should be ahead? Look for a way that keeps the gaps between the logits.
"""


def softmax(z):
    z = np.clip(np.asarray(z, dtype=float), -500, 500)
    e = np.exp(z)
    return e / np.sum(e)
