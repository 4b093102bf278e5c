"""p_i is 1 over the sum of exp(z_j - z_i): every token against every other."""


def softmax(z):
    z = np.asarray(z, dtype=float)
    p = np.zeros(z.shape)
    alive = np.flatnonzero(z > -np.inf)
    finite = z[alive]
    with np.errstate(over="ignore"):
        p[alive] = 1 / np.exp(finite[None, :] - finite[:, None]).sum(axis=1)
    return p
