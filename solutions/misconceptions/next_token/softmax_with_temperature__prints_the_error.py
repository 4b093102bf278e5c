"""Prints a message and returns None instead of raising ValueError.

de: Du gibst bei falschem T nur eine Meldung aus und dann None zurück. Kann ein Programm, das deine
Funktion aufruft, eine Bildschirmmeldung bemerken? Wie meldet Python selbst, dass etwas schiefging,
zum Beispiel bei int("abc")?
en: For a wrong T you only print a message and then return None. Can a program that calls your
function notice a message on the screen? How does Python itself report that something went wrong,
for example with int("abc")?
"""


def softmax_with_temperature(z, T):
    if T <= 0:
        print("Error: T must be positive!")
        return None
    return softmax(z / T)
