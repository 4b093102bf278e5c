"""Draws the token and the index in two separate draws.

de: Du ziehst zweimal: einmal ein Token, einmal einen Index. Vergleiche bei p = [0.5, 0.5] dein
token mit tokens[idx]: Gehören die beiden immer zusammen?
en: You draw twice: a token once, an index once. With p = [0.5, 0.5], compare your token with
tokens[idx]: do the two always belong together?
"""


def sample_choice(tokens, p, rng):
    token = str(rng.choice(tokens, p=p))
    idx = int(rng.choice(len(tokens), p=p))
    return token, idx
