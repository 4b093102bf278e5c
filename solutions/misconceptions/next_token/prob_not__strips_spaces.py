"""Strips the spaces off before comparing, so " Rom" passes for "Rom".

de: Du entfernst vor dem Vergleich die Leerzeichen am Rand. Für ein Sprachmodell sind „Rom“ und
„ Rom“ zwei verschiedene Token: Was geschieht bei dir, wenn beide im Vokabular stehen?
en: You remove the spaces at the ends before you compare. To a language model "Rom" and " Rom"
are two different tokens: what does yours do if both are in the vocabulary?
"""


def prob_not(tokens, p, token):
    names = [t.strip() for t in tokens]
    if token.strip() not in names:
        raise ValueError("unknown token")
    return float(1 - p[names.index(token.strip())])
