"""Accepts the first token that merely contains the text.

de: Du vergleichst nicht ganze Token, sondern suchst token als Teil eines Textes. Was geschieht
mit „Par“, wenn „Paris“ im Vokabular steht?
en: You do not compare whole tokens but search for token as part of a text. What happens to
"Par" if "Paris" is in the vocabulary?
"""


def prob_not(tokens, p, token):
    for i, t in enumerate(tokens):
        if token in t:
            return float(1 - p[i])
    raise ValueError("unknown token")
