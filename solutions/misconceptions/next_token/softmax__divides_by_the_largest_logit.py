"""Scales the logits by the largest size among them instead of shifting them.

de: Du teilst die Logits durch den größten Betrag, statt etwas abzuziehen. Dann läuft zwar nichts
über, aber bleiben die Abstände der Logits gleich? Vergleiche deine Ergebnisse für [0, 1] und für
[0, 10].
en: You divide the logits by the largest absolute value instead of subtracting something. Nothing
overflows then, but do the gaps between the logits stay the same? Compare your results for [0, 1]
and for [0, 10].
"""


def softmax(z):
    z = np.asarray(z, dtype=float)
    size = np.max(np.abs(z[np.isfinite(z)]))
    if size > 0:
        z = z / size
    e = np.exp(z)
    return e / e.sum()
