"""Lists the counts in the order in which the tokens first came.

de: Deine Anzahlen stehen in der Reihenfolge, in der die Tokens zum ersten Mal kamen, und wer nie
kam, fehlt. Druck deinen Zähler aus: Gehört der erste Eintrag immer zu tokens[0]?
en: Your counts stand in the order in which the tokens first came, and those that never came are
missing. Print your counter: does its first entry always belong to tokens[0]?
"""

from collections import Counter


def sample_many(tokens, p, n=2000, rng=None):
    if rng is None:
        rng = np.random.default_rng()
    tally = Counter()
    for _ in range(n):
        token, _ = sample_choice(tokens, p, rng)
        tally[token] += 1
    counts = np.array(list(tally.values()))
    return counts, counts / n
