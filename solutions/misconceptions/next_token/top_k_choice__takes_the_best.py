"""Always takes the most probable token instead of drawing.

de: Du nimmst immer den Favoriten, gewürfelt wird gar nicht. Wie oft sollte bei p = [0.5, 0.5]
und k = 2 das zweite Token kommen?
en: You always take the favourite, nothing is drawn at all. How often should the second token
come for p = [0.5, 0.5] and k = 2?
"""


def top_k_choice(tokens, p, k, rng):
    return argmax_choice(tokens, top_k(p, k))
