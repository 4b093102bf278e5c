"""Removes the token from the list that was passed in.

de: Du löschst token aus der Liste tokens, die dir nicht gehört. Ruf die Funktion zweimal mit
derselben Liste auf: Was passiert beim zweiten Mal?
en: You remove token from the list tokens, which is not yours. Call the function twice with the
same list: what happens the second time?
"""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    i = tokens.index(token)
    tokens.pop(i)
    return float(1 - p[i])
