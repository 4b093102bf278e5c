"""Returns the largest probability where the index belongs.

de: Du gibst als zweites den größten Wert zurück und nicht den Platz, an dem er steht. Probiere p =
[0.2, 0.7, 0.1]: Kommst du mit deinem zweiten Ergebnis wieder an das Token in tokens heran?
en: You return the largest value second, not the place where it stands. Try p = [0.2, 0.7, 0.1]:
does your second result lead you back to the token in tokens?
"""


def argmax_choice(tokens, p):
    best = max(p)
    token = tokens[list(p).index(best)]
    return token, float(best)
