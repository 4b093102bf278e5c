"""Remembers the last token and does not draw it again.

de: Du merkst dir das letzte Token und verhinderst, dass es gleich noch einmal kommt. Hat eine
Münze ein Gedächtnis? Wie oft sollte bei [0.5, 0.5] zweimal hintereinander dasselbe kommen?
en: You remember the last token and keep it from coming again at once. Does a coin have a memory?
With [0.5, 0.5], how often should the same come twice in a row?
"""

last = None


def sample_choice(tokens, p, rng):
    global last
    idx = int(rng.choice(len(tokens), p=p))
    for _ in range(20):
        if tokens[idx] != last:
            break
        idx = int(rng.choice(len(tokens), p=p))
    last = tokens[idx]
    return tokens[idx], idx
