"""Draws with np.random instead of the generator passed in.

de: Du würfelst mit np.random statt mit rng. Ruf die Funktion zweimal mit
np.random.default_rng(1) auf: Kommt beide Male dasselbe Token?
en: You draw with np.random instead of rng. Call the function several times with
np.random.default_rng(1): is it the same token each time?
"""


def top_k_choice(tokens, p, k, rng):
    idx = int(np.random.choice(len(tokens), p=top_k(p, k)))
    return tokens[idx], idx
