"""A stable sort of the negated probabilities; the tail is zeroed in a copy."""


def top_k(p, k):
    if k < 1 or k > p.size:
        raise ValueError("k out of range")
    q = p.copy()
    q[np.argsort(-p, kind="stable")[k:]] = 0
    return q / q.sum()
