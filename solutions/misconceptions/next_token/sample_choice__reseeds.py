"""Makes its own generator with a fixed seed in every call.

de: Du baust in jedem Aufruf einen neuen Generator mit festem Startwert und benutzt den übergebenen
nicht. Zieh zehnmal hintereinander: Was fällt dir an den Ergebnissen auf?
en: You make a new generator with a fixed seed in every call and do not use the one passed in. Draw
ten times in a row: what do you notice about the results?
"""


def sample_choice(tokens, p, rng):
    rng = np.random.default_rng(42)
    idx = int(rng.choice(len(tokens), p=p))
    return tokens[idx], idx
