"""Returns (idx, token) instead of (token, idx).

de: Du gibst (idx, token) zurück, verlangt ist (token, idx). Was bekommt jemand, der dein
Ergebnis mit [0] ausliest?
en: You return (idx, token), but (token, idx) is asked for. What does somebody get who reads
your result with [0]?
"""


def top_k_choice(tokens, p, k, rng):
    token, idx = sample_choice(tokens, top_k(p, k), rng)
    return idx, token
