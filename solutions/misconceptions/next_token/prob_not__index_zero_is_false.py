"""Takes index 0 for "not found".

de: Du prüfst den gefundenen Index wie einen Wahrheitswert, und 0 gilt in Python als falsch. Was
passiert, wenn nach dem ersten Token der Liste gefragt wird?
en: You test the index you found like a truth value, and 0 counts as false in Python. What
happens when the first token of the list is asked for?
"""


def prob_not(tokens, p, token):
    places = {t: i for i, t in enumerate(tokens)}
    i = places.get(token)
    if not i:
        raise ValueError("unknown token")
    return float(1 - p[i])
