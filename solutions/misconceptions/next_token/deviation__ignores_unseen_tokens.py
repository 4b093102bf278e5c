"""Skips the tokens that never came.

de: Du lässt Token weg, die nie gezogen wurden (rel = 0). Wenn ein Token mit p = 0.5 kein
einziges Mal kam, ist das dann kein Abstand?
en: You leave out the tokens that were never drawn (rel = 0). If a token with p = 0.5 did not
come once, is that not a gap?
"""


def deviation(p, rel):
    largest = 0.0
    for i in range(len(p)):
        if rel[i] == 0:
            continue
        largest = max(largest, abs(p[i] - rel[i]))
    return largest
