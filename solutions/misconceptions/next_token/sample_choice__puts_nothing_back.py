"""Sets the drawn probability to zero, so that no token comes twice.

de: Du setzt die Wahrscheinlichkeit des gezogenen Tokens in p auf 0. Gib p vor und nach dem Aufruf
aus: Darf dasselbe Token beim nächsten Mal wieder kommen, und wem gehört p?
en: You set the probability of the drawn token to 0 in p. Print p before and after the call: may
the same token come again next time, and whose array is p?
"""


def sample_choice(tokens, p, rng):
    idx = int(rng.choice(len(tokens), p=p))
    p[idx] = 0
    if p.sum() > 0:
        p /= p.sum()
    return tokens[idx], idx
