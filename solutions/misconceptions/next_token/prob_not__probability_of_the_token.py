"""Returns the probability of the token itself.

de: Du gibst die Wahrscheinlichkeit von token selbst zurück. Gefragt ist das Gegenteil: Wie viel
bleibt von der ganzen 1 für alle anderen?
en: You return the probability of token itself. The opposite is asked for: how much of the whole
1 is left for all the others?
"""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    return float(p[tokens.index(token)])
