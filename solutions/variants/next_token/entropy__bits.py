"""In bits first, then ln 2 turns bits into nats."""


def entropy(p):
    positive = p[p != 0]
    return float(np.log(2) * np.sum(positive * -np.log2(positive)))
