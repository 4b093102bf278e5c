"""Searches the notebook's vocab instead of the argument tokens.

de: Du suchst in vocab aus dem Notebook statt in tokens. Ruf die Funktion mit tokens = ["a",
"b"] auf: Woher soll sie „a“ kennen?
en: You search the notebook's vocab instead of tokens. Call the function with tokens = ["a",
"b"]: how should it know "a"?
"""


def prob_not(tokens, p, token):
    return float(1 - p[vocab.index(token)])
