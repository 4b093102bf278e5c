"""Prints a message for an unknown token and returns None.

de: Du gibst bei einem unbekannten Token nur eine Meldung aus und None zurück. Woran merkt der
Code, der deine Funktion aufruft, dass etwas schiefging?
en: You only print a message for an unknown token and return None. How does the code that calls
your function notice that something went wrong?
"""


def prob_not(tokens, p, token):
    if token in tokens:
        return 1 - p[tokens.index(token)]
    print("ValueError: token not found")
