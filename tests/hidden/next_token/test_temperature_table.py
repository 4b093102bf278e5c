"""The laws of the variable `temperature_table`."""

from __future__ import annotations

from autograder.testing import (
    Student,
    agree,
    ensure,
    fail,
    literal,
    number,
    part,
    points,
    premise,
    same,
    variable,
)
from solutions import next_token as reference

TEMPERATURES = (0.2, 1.0, 3.0)
FORM = "genau drei Temperaturen, 0.2, 1.0 und 3.0, und zu jeder ein Tupel (p_max, H)"


Row = tuple[object, float, tuple[object, object]]  # the key, its temperature, and the values


@points(1, task="temperature_table", hint="p_max steht vorn: der größte Wert der Verteilung bei T.")
def test_holds_the_largest_probabilities(student: Student) -> None:
    """Zu jeder Temperatur der Tabelle steht vorn die größte Wahrscheinlichkeit."""
    for key, T, row in rows(variable(student, "temperature_table")):
        with part(key), part(0):
            agree(row[0], reference.softmax_with_temperature(reference.logits, T).max())


@points(1, task="temperature_table", hint="H steht hinten und kommt aus deiner Funktion entropy.")
def test_holds_the_entropies(student: Student) -> None:
    """Zu jeder Temperatur der Tabelle steht hinten die Entropie."""
    for key, T, row in rows(variable(student, "temperature_table")):
        p = reference.softmax_with_temperature(reference.logits, T)
        with part(key), part(1):
            agree(row[1], reference.entropy(p), rtol=0, atol=1e-6)


@points(1, task="temperature_table", hint="Die Form steht in der Vorlage: {0.2: (p_max, H), ...}.")
def test_has_the_named_form(student: Student) -> None:
    """Die Tabelle ist ein dict mit genau den drei Temperaturen als Zahlen und je einem Tupel
    (p_max, H)."""
    table = variable(student, "temperature_table")
    rows(table)
    ensure(isinstance(table, dict) and set(table) == set(TEMPERATURES), FORM, literal(table))
    ensure(all(isinstance(value, tuple) for value in table.values()), FORM, literal(table))


def rows(table: object) -> list[Row]:
    """The rows whose key is one of the temperatures, also as a text, with the two numbers there.

    That there are two such rows, and that they differ, is a premise.
    """
    with premise():
        if not isinstance(table, dict):
            fail("ein dict: {0.2: (p_max, H), ...}", table)
        found = [(key, T, two(value)) for key, value in table.items() for T in read(key)]
        numbers = [[number(x) for x in values] for _, _, values in found]
        ensure(len(found) > 1 and not same(numbers[0], numbers[1]), FORM, literal(table))
    return found


def read(key: object) -> list[float]:
    """The temperature that a key means, if it is one of the three."""
    return [T for T in TEMPERATURES if key == T or str(key) in (f"{T:g}", str(T))]


def two(value: object) -> tuple[object, object]:
    """The two values of a row, in a tuple or a list."""
    if isinstance(value, tuple | list) and len(value) == 2:
        return value[0], value[1]
    fail("zu jeder Temperatur zwei Zahlen: (p_max, H)", value)
