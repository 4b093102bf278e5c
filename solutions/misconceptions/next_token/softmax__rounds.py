"""Rounds the probabilities to four decimals.

de: Du rundest die Wahrscheinlichkeiten. Welche Wahrscheinlichkeit bleibt einem seltenen Token, etwa
bei [0, 15], und ist die Summe bei drei gleichen Logits noch genau 1? Runden kannst du später bei
der Ausgabe.
en: You round the probabilities. What probability is left for a rare token, say with [0, 15], and is
the sum for three equal logits still exactly 1? Rounding can wait until you print.
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    e = np.exp(z - z.max())
    return np.round(e / e.sum(), 4)
