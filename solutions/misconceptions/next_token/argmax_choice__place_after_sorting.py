"""Sorts token and probability together and returns the place in that ranking.

de: Dein Token stimmt, aber du gibst seinen Platz in der sortierten Rangliste zurück, und der ist
immer 0. Welches Token steht in tokens an dem Platz, den du nennst?
en: Your token is right, but you return its place in the sorted ranking, and that is always 0.
Which token stands in tokens at the place that you name?
"""


def argmax_choice(tokens, p):
    ranking = sorted(zip(tokens, p), key=lambda pair: pair[1], reverse=True)
    idx = 0
    return ranking[idx][0], idx
