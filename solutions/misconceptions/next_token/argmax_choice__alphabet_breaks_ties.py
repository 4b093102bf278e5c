"""Compares pairs of probability and token, so that the alphabet decides a tie.

de: Bei Gleichstand entscheidet bei dir das Alphabet: max vergleicht Paare auch nach ihrem zweiten
Teil. Wer gewinnt bei tokens = ["b", "c", "a"] und lauter gleichen Werten, und wer sollte gewinnen?
en: On a tie you let the alphabet decide: max compares pairs by their second part too. Who wins for
tokens = ["b", "c", "a"] with all values equal, and who should?
"""


def argmax_choice(tokens, p):
    _, token = max(zip(p, tokens))
    return token, tokens.index(token)
