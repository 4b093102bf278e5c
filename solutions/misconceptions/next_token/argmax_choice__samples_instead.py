"""Draws a token at random instead of taking the likeliest.

de: Du würfelst nach p, statt den Sieger zu nehmen. Kann bei p = [0.4, 0.6] in deiner Funktion auch
das erste Token herauskommen, und darf es das?
en: You roll the dice by p instead of taking the winner. With p = [0.4, 0.6], can your function
ever answer with the first token, and should it?
"""


def argmax_choice(tokens, p):
    dice = np.random.default_rng(42)
    idx = int(dice.choice(len(tokens), p=p))
    return tokens[idx], idx
