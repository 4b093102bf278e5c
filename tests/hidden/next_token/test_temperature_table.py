"""The laws of the variable `temperature_table`."""

from __future__ import annotations

import numpy as np

from autograder.testing import Student, agree, ensure, fail, literal, number, points, variable
from solutions import next_token as reference

TEMPERATURES = (0.2, 1.0, 3.0)


@points(1, task="temperature_table", hint="p_max steht vorn: der größte Wert der Verteilung bei T.")
def test_holds_the_largest_probabilities(student: Student) -> None:
    """Zu jeder der drei Temperaturen steht vorn die größte Wahrscheinlichkeit."""
    table = variable(student, "temperature_table")
    for T in TEMPERATURES:
        p = reference.softmax_with_temperature(reference.logits, T)
        agree(row(table, T)[0], p.max())


@points(1, task="temperature_table", hint="H steht hinten und kommt aus deiner Funktion entropy.")
def test_holds_the_entropies(student: Student) -> None:
    """Zu jeder der drei Temperaturen steht hinten die Entropie."""
    table = variable(student, "temperature_table")
    for T in TEMPERATURES:
        p = reference.softmax_with_temperature(reference.logits, T)
        agree(row(table, T)[1], reference.entropy(p), rtol=0, atol=1e-6)


@points(1, task="temperature_table", hint="Die Form steht in der Vorlage: {0.2: (p_max, H), ...}.")
def test_has_the_named_form(student: Student) -> None:
    """Die Tabelle ist ein dict mit genau drei Temperaturen und je einem Tupel (p_max, H), und
    mit der Temperatur fällt p_max und steigt H."""
    table = variable(student, "temperature_table")
    peaks, entropies = np.transpose([[number(x) for x in row(table, T)] for T in TEMPERATURES])
    ensure(len(table) == 3, "genau drei Temperaturen: 0.2, 1.0 und 3.0", literal(table))
    tuples = all(isinstance(value, tuple) for value in table.values())
    ensure(tuples, "zu jeder Temperatur ein Tupel (p_max, H)", literal(table))
    falls, rises = np.all(np.diff(peaks) < 0), np.all(np.diff(entropies) > 0)
    ensure(bool(falls and rises), "p_max fällt und H steigt mit T", literal(table))


def row(table: object, T: float) -> tuple[object, object]:
    """The two values at temperature `T`, in a tuple or a list."""
    value = table.get(T) if isinstance(table, dict) else None
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    fail(f"ein dict, in dem zu {T} zwei Zahlen stehen: (p_max, H)", table)
