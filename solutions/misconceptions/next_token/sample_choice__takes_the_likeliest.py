"""Takes the likeliest token and never draws.

de: Du nimmst immer das wahrscheinlichste Token, gewürfelt wird nicht. Wie oft kommt bei p = [0.6,
0.4] in 1000 Aufrufen das zweite Token, und wie oft sollte es kommen?
en: You always take the likeliest token and never roll the dice. With p = [0.6, 0.4], how often
does the second token come in 1000 calls, and how often should it?
"""


def sample_choice(tokens, p, rng):
    idx = int(np.argmax(p))
    return tokens[idx], idx
