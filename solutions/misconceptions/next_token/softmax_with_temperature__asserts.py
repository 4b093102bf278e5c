"""Refuses a wrong T with an assert, which raises the wrong exception.

de: Du prüfst T mit assert, und das löst eine andere Ausnahme aus als verlangt. Rufe deine Funktion
mit T = 0 auf und lies die letzte Zeile der Meldung: Wie heißt die Ausnahme, und wie soll sie
heißen?
en: You check T with an assert, which raises another exception than the one asked for. Call your
function with T = 0 and read the last line of the message: what is the exception called, and what
should it be called?
"""


def softmax_with_temperature(z, T):
    assert T > 0, "T must be positive"
    return softmax(z / T)
