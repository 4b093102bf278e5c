"""Applies softmax to the probabilities once more.

de: Du schickst die Wahrscheinlichkeiten noch einmal durch softmax. Was macht softmax aus p = [1,
0], und darf das zweite Token dann noch kommen?
en: You send the probabilities through softmax once more. What does softmax make of p = [1, 0], and
may the second token still come then?
"""


def sample_choice(tokens, p, rng):
    idx = int(rng.choice(len(tokens), p=softmax(p)))
    return tokens[idx], idx
