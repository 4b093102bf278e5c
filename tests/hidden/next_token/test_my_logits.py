"""The laws of the variable `my_logits`."""

from __future__ import annotations

import numpy as np

from autograder.testing import (
    Student,
    Vector,
    ensure,
    fail,
    points,
    premise,
    variable,
    vector,
)
from solutions import next_token as reference

SLACK = 1e-9  # for the rounding in p, at the contract's bounds


@points(1, task="my_logits", hint="Gleiche Logits ergeben gleiche Wahrscheinlichkeiten.")
def test_two_are_nearly_equal(student: Student) -> None:
    """Die beiden wahrscheinlichsten Token liegen höchstens 0.01 auseinander, und nicht alle Token
    sind gleich wahrscheinlich."""
    p = ranked(variable(student, "my_logits"))
    ensure(p[0] - p[1] <= 0.01 + SLACK, "höchstens 0.01 Abstand", leaders(p))
    ensure(p[0] > 1.05 / len(p), "zwei Token, die herausragen", f"alle nahe {p[0]:.4f}")


@points(1.5, task="my_logits", hint="Senke die Logits aller Token, die nicht vorn liegen sollen.")
def test_the_third_is_far_behind(student: Student) -> None:
    """Zwei Token führen dicht beieinander, und das dritte liegt mindestens 0.05 hinter ihnen."""
    p = ranked(variable(student, "my_logits"))
    ensure(p[0] - p[1] <= 0.05, "zwei führen dicht beieinander", leaders(p))
    ensure(p[1] - p[2] >= 0.05 - SLACK, "mindestens 0.05", f"nur {p[1] - p[2]:.4f}")


@points(0.5, task="my_logits", hint="np.array([...]) mit einer Zahl für jedes Token aus vocab.")
def test_is_an_array(student: Student) -> None:
    """my_logits ist ein NumPy-Array mit einer endlichen Zahl für jedes Token."""
    value = variable(student, "my_logits")
    if not isinstance(value, np.ndarray):  # whole numbers will do: softmax makes floats of them
        fail("ein NumPy-Array", value)
    z = vector(value, len(reference.vocab))
    ensure(bool(np.all(np.isfinite(z))), "lauter endliche Zahlen")


def leaders(p: Vector) -> str:
    """What a student reads of the two largest probabilities."""
    return f"die beiden größten Wahrscheinlichkeiten sind {p[0]:.4f} und {p[1]:.4f}"


def ranked(value: object) -> Vector:
    """The probabilities of these logits, the largest first; that there are some is a premise."""
    with premise():
        z = vector(value, len(reference.vocab))
        ensure(bool(np.all(z < np.inf) and np.any(z > -np.inf)), "Logits für jedes Token")
    with np.errstate(all="ignore"):  # a student's logits may lie 1e308 apart
        return np.sort(reference.softmax(z))[::-1]
