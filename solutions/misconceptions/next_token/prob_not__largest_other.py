"""Returns the probability of the strongest other token.

de: Du gibst die Wahrscheinlichkeit des stärksten anderen Tokens zurück. „Irgendetwas anderes“
meint alle übrigen zusammen: Wie rechnet man die zusammen?
en: You return the probability of the strongest other token. "Anything else" means all the
others together: how do you combine them?
"""


def prob_not(tokens, p, token):
    if token not in tokens:
        raise ValueError("unknown token")
    others = [x for t, x in zip(tokens, p) if t != token]
    return max(others, default=0.0)
