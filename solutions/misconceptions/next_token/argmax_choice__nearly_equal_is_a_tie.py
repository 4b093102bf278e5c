"""Takes the first token that is nearly as likely as the likeliest.

de: Bei dir gewinnt auch ein Token, das nur beinahe so wahrscheinlich ist wie das
wahrscheinlichste. Was sagt np.isclose zu 0.5 und 0.500001, und was sagt == dazu?
en: With you, a token also wins that is only almost as likely as the likeliest. What does
np.isclose say of 0.5 and 0.500001, and what does == say?
"""


def argmax_choice(tokens, p):
    idx = int(np.flatnonzero(np.isclose(p, p.max()))[0])
    return tokens[idx], idx
