"""Returns the token without its index.

de: Du gibst nur das Token zurück. Der Docstring verlangt ein Tupel: Was fehlt darin noch?
en: You return the token only. The docstring asks for a tuple: what is still missing from it?
"""


def top_k_choice(tokens, p, k, rng):
    q = top_k(p, k)
    return str(rng.choice(tokens, p=q))
