"""V - k times the smallest is dropped, the last one on a tie."""


def top_k(p, k):
    if k < 1 or k > len(p):
        raise ValueError("k")
    values, alive = p.tolist(), list(range(len(p)))
    while len(alive) > k:
        worst = min(alive, key=lambda i: (values[i], -i))
        alive.remove(worst)
    q = np.zeros_like(p)
    q[alive] = p[alive]
    return q / q.sum()
