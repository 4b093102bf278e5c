"""Draws from np.random instead of from rng.

de: Du ziehst aus np.random und lässt rng liegen. Gib zweimal einen frischen Generator mit
demselben Startwert hinein: Kommt zweimal dasselbe heraus?
en: You draw from np.random and leave rng aside. Pass a new generator with the same seed twice:
does the same come out twice?
"""


def sample_choice(tokens, p, rng):
    idx = int(np.random.choice(len(tokens), p=p))
    return tokens[idx], idx
