"""Stores the results in an array that is integer where the logits are.

de: Du schreibst deine Ergebnisse in ein Array, das bei ganzzahligen Logits auch nur ganze Zahlen
aufnimmt. Probiere [1, 2] und danach [1.0, 2.0]: Warum kommt Verschiedenes heraus? Sieh dir den
dtype deines Ergebnisses an.
en: You write your results into an array that can hold only integers when the logits are integers.
Try [1, 2] and then [1.0, 2.0]: why do the results differ? Have a look at the dtype of your result.
"""


def softmax(z):
    z = np.asarray(z)
    top = np.max(z)
    total = np.sum(np.exp(z - top))
    p = np.zeros_like(z)
    for i in range(len(z)):
        p[i] = np.exp(z[i] - top) / total
    return p
