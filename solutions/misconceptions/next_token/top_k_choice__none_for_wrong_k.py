"""Catches the ValueError and returns None.

de: Du fängst den ValueError ab und gibst None zurück. Wer soll dann noch merken, dass k falsch
war?
en: You catch the ValueError and return None. Who is then to notice that k was wrong?
"""


def top_k_choice(tokens, p, k, rng):
    try:
        q = top_k(p, k)
    except ValueError:
        print("wrong k")
        return None
    return sample_choice(tokens, q, rng)
