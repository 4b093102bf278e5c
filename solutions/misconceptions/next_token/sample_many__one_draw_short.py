"""Counts from 1 up to, but not including, n.

de: Du ziehst einmal zu wenig. Wie viele Zahlen liefert range(1, 5), und welche Summe hat dein
counts bei n = 1?
en: You draw once too little. How many numbers does range(1, 5) give, and what is the sum of your
counts at n = 1?
"""


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    counts = np.zeros(len(tokens), dtype=int)
    for _ in range(1, n):
        _, idx = sample_choice(tokens, p, rng)
        counts[idx] += 1
    return counts, counts / n
