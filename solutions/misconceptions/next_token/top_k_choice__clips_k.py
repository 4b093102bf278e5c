"""Moves a wrong k to the nearest allowed value.

de: Du rückst ein falsches k still zurecht, und top_k sieht den Fehler nie. Was soll bei k = 0
und bei k = V + 1 geschehen?
en: You quietly put a wrong k right, and top_k never sees the mistake. What should happen for k
= 0 and for k = V + 1?
"""


def top_k_choice(tokens, p, k, rng):
    k = min(max(k, 1), len(tokens))
    return sample_choice(tokens, top_k(p, k), rng)
