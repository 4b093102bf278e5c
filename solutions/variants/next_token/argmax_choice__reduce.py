"""functools.reduce over (token, probability, index)."""

from functools import reduce


def argmax_choice(tokens, p):
    rows = zip(tokens, p, range(len(tokens)))
    token, _, idx = reduce(lambda best, row: row if row[1] > best[1] else best, rows)
    return token, idx
