"""The law of the variable `my_deviation`; README.md states what chance may reject."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from autograder.testing import Student, Vector, ensure, number, points, variable
from solutions import next_token as reference

HOW = "n = 10000, T = 1.2: Nimm sample_many und dann deviation."
N = 10_000
ROUNDING = 1e-9  # also of a value that was kept in single precision


# an honest sample lies at 0.03 or above with that probability, an exact sum of binomials, and
# never below what `least_deviation` says
@points(2, task="my_deviation", hint=HOW, chance=9.68e-10)
def test_is_an_honest_deviation(
    student: Student, record_property: Callable[[str, object], None]
) -> None:
    """Die Abweichung bei 10000 Zügen und T = 1.2 ist kleiner als 0.03, aber nicht kleiner, als
    10000 Züge sie machen können."""
    value = number(variable(student, "my_deviation"))
    p = reference.softmax_with_temperature(reference.logits, 1.2)
    least = least_deviation(p)
    ensure(value < 0.03, "eine Zahl unter 0.03", repr(value))
    ensure(value >= least - ROUNDING, f"mindestens {least:.6f}", repr(value))
    if not comes_of_a_sample(value, p):
        record_property("remark", f"{value!r} is not the deviation of any 10,000 draws")


def least_deviation(p: Vector) -> float:
    """The smallest deviation that N draws can reach.

    Each count lies next to N p, above or below. How many lie above is what is missing to N;
    those are best whose N p is nearest to the next whole number.
    """
    above = np.sort(N * p % 1)
    missing = round(float(above.sum()))
    rounded_down, rounded_up = above[: len(p) - missing], above[len(p) - missing :]
    return float(max(rounded_down.max(initial=0), (1 - rounded_up).max(initial=0)) / N)


def comes_of_a_sample(value: float, p: Vector) -> bool:
    """Whether some count lies just so far from its share: a rounded value does not, as a rule."""
    reached = np.concatenate([N * (p + value), N * (p - value)])
    return bool(np.any(np.abs(reached - np.round(reached)) <= N * ROUNDING))
