"""Returns the token without its index.

de: Du gibst nur das Token zurück, der Index fehlt. Was passiert bei deiner Funktion mit token, idx
= argmax_choice(vocab, p)?
en: You return the token alone, its index is missing. What happens with your function in token, idx
= argmax_choice(vocab, p)?
"""


def argmax_choice(tokens, p):
    idx = np.argmax(p)
    return tokens[idx]
