"""Stops the search one token too early.

de: Du schaust dir das letzte Token nie an. Bis zu welcher Zahl läuft deine Schleife bei p = [0.2,
0.3, 0.5]?
en: You never look at the last token. How far does your loop run for p = [0.2, 0.3, 0.5]?
"""


def argmax_choice(tokens, p):
    idx = 0
    for i in range(len(p) - 1):
        if p[i] > p[idx]:
            idx = i
    return tokens[idx], idx
