"""Starts a new generator with a fixed seed at each call.

de: Du startest bei jedem Aufruf einen neuen Generator mit demselben Startwert. Zieh zehnmal
hintereinander: Wie viele verschiedene Token siehst du?
en: You start a new generator with the same seed at each call. Draw ten times in a row: how many
different tokens do you see?
"""


def top_k_choice(tokens, p, k, rng):
    rng = np.random.default_rng(42)
    return sample_choice(tokens, top_k(p, k), rng)
