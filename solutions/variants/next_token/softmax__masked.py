"""Only the finite logits take part; the masked ones keep the 0 they start with."""


def softmax(z):
    z = np.array(z, dtype=float)
    finite = np.isfinite(z)
    p = np.zeros_like(z)
    np.exp(z - z[finite].max(), out=p, where=finite)
    p *= 1 / p.sum()
    return p
