"""The law of the variable `my_deviation`; README.md states what chance may reject."""

from __future__ import annotations

from autograder.law import ensure, number, points
from autograder.student import Student

HOW = "n = 10000, T = 1.2: Nimm sample_many und dann deviation."


# an honest sample lies at 0.03 or above with that probability, an exact sum of binomials
@points(2, task="my_deviation", hint=HOW, chance=9.68e-10)
def test_is_an_honest_deviation(student: Student) -> None:
    """Die Abweichung bei 10000 Ziehungen und T = 1.2 ist größer als 0 und kleiner als 0.03."""
    value = number(student.variable("my_deviation"))
    ensure(0 < value < 0.03, "eine Zahl über 0 und unter 0.03", repr(value))
