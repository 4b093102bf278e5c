"""Draws each of the k best with the same probability.

de: Du ziehst unter den k besten Token alle gleich oft. Von 0.6 und 0.2 soll das erste dreimal
so oft kommen: Wo benutzt du die Wahrscheinlichkeiten beim Ziehen?
en: You draw all of the k best tokens equally often. Of 0.6 and 0.2 the first should come three
times as often: where do you use the probabilities in the draw?
"""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    idx = int(rng.choice(np.flatnonzero(q > 0)))
    return tokens[idx], idx
