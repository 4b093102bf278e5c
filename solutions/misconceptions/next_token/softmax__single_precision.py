"""Computes with single precision.

de: Du rechnest mit float32. Dort gibt es um 1e6 nur Vielfache von 0.0625: Was wird bei dir
aus den Logits [1000000.0, 999999.99]?
en: You compute with float32. Near 1e6 that knows only multiples of 0.0625: what becomes of the
logits [1000000.0, 999999.99] with you?
"""


def softmax(z):
    z = np.asarray(z, dtype=np.float32).astype(np.float64)
    weights = np.exp(z - z.max())
    return weights / weights.sum()
