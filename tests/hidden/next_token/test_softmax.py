"""The laws of `softmax`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import (
    Student,
    Vector,
    agree,
    agrees,
    array,
    ensure,
    literal,
    numbers,
    points,
    premise,
    vector,
)
from solutions import next_token as reference
from tests.hidden.calls import Plain, called, same_numbers
from tests.hidden.edges import (
    LOGITS,
    MASKED_LOGITS,
    PLAIN_LOGITS,
    build_logits,
    locked,
    related_logits,
    strided,
)
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distinct_logits,
    huge_logits,
    listed_logits,
    logits,
    masked_logits,
    or_large,
)

PLAIN = Plain(reference.softmax, (np.array([0.0, 1.0, 2.0]),), (np.array([2.0, 1.0, 0.0]),))


@points(1.5, task="softmax", hint="Jeder Wert wird durch dieselbe Summe geteilt: die über alle V.")
@given(z=or_large(logits(), np.linspace(-5.0, 5.0, 1000)))
@example(z=np.array([0.0, 1.0]))
@example(z=np.array([1.0, 1.000001, 1.0]))
@across(z=PLAIN_LOGITS)
def test_follows_the_formula(student: Student, z: Vector) -> None:
    """Aus Logits werden genau die Wahrscheinlichkeiten, die die Softmax-Formel nennt."""
    agree(student.softmax(z), reference.softmax(z))


@points(1, task="softmax", hint="Addiere deine Ergebnisse: Was kommt heraus? Ist eines negativ?")
@given(z=distinct_logits())
@settings(max_examples=30)
def test_is_a_distribution(student: Student, z: Vector) -> None:
    """Alle Werte liegen zwischen 0 und 1 und ergeben zusammen 1, und ein größeres Logit bekommt
    eine größere Wahrscheinlichkeit."""
    with premise():
        p = vector(student.softmax(z), len(z))
    ensure(bool(np.all((p >= 0) & (p <= 1 + 1e-8))), "Werte zwischen 0 und 1")
    ensure(abs(p.sum() - 1) <= 1e-6, "Werte mit der Summe 1")
    ensure(bool(np.all(np.diff(p[np.argsort(z)]) > 0)), "mehr Logit, mehr Wahrscheinlichkeit")


@points(1, task="softmax", hint="Was ändert sich an p, wenn alle Logits gleich weit rücken?")
@given(z=huge_logits())
@example(z=np.array([1000.0, 0.0]))
@example(z=np.array([-1000.0, -1001.0]))
@example(z=np.array([1e6, 1e6 - 1.0, -1e6]))
@example(z=np.array([1e6, 1e6 - 0.7]))
@example(z=np.array([-1e6, 0.7 - 1e6]))
@across(z=LOGITS)
def test_survives_huge_logits(student: Student, z: Vector) -> None:
    """Auch bei sehr großen und sehr kleinen Logits läuft nichts über: Es gibt kein nan und kein
    inf, und rücken alle Logits gleich weit, ändert sich nichts."""
    softmax, near = student.softmax, np.maximum(z - z.max(), -600.0)
    with PLAIN.unless_always(softmax, (near,)):
        p = softmax(z)
    PLAIN.compare(softmax, p, (z,), lambda: softmax.alone(near), "wie bei den Logits z - z.max()")


@points(1, task="softmax", hint="Welchen Wert hat exp(-inf)? Und was ist inf minus inf?")
@given(z=masked_logits())
@across(z=MASKED_LOGITS)
@settings(max_examples=40)
def test_gives_masked_tokens_nothing(student: Student, z: Vector) -> None:
    """Ein Logit von -inf sperrt ein Token: Es bekommt Wahrscheinlichkeit 0, und die übrigen
    bekommen, was sie auch ohne dieses Token bekämen."""
    softmax, there = student.softmax, z > -np.inf

    def without() -> Vector:
        p = np.zeros(len(z))
        p[there] = vector(softmax.alone(z[there]), int(there.sum()))
        return p

    with PLAIN.unless_always(softmax, (z[there],)):
        p = softmax(z)
    like = "0 für gesperrte Token, sonst wie ohne sie"
    if not agrees(p, reference.softmax(z)):
        PLAIN.need(softmax)
        rest = softmax.alone(z[there])
        if not agrees(rest, reference.softmax(z[there])):  # it is wrong without these tokens, too
            same_share = is_overflow(rest) or same_numbers(p, without())
            ensure(same_share, f"{like}: {literal(without())}", literal(p))
            return
    PLAIN.compare(softmax, p, (z,), without, like)


def is_overflow(value: object) -> bool:
    """Whether a value is numbers of which some are not finite."""
    with premise():
        return not np.all(np.isfinite(numbers(value)))


@points(0.5, task="softmax", hint="Eine Liste kann nicht rechnen, ein Array schon.")
@given(z=listed_logits())
@example(z=[0, 1])
@example(z=build_logits(130, "close", 3.0, "none").tolist())
@settings(max_examples=25)
def test_takes_lists(student: Student, z: list[float]) -> None:
    """Eine gewöhnliche Liste von Zahlen ist als Eingabe ebenso recht, auch mit ganzen Zahlen."""
    softmax, array_of_z = student.softmax, np.array(z, dtype=np.float64)
    with PLAIN.unless_always(softmax, (array_of_z,)):
        p = softmax(z)
    PLAIN.compare(softmax, p, (z,), lambda: softmax.alone(array_of_z), "wie bei dem Array")


@points(0.5, task="softmax", hint="Sieh dir type(...), .dtype und .shape deines Ergebnisses an.")
@given(z=logits())
@settings(max_examples=20)
def test_returns_an_array(student: Student, z: Vector) -> None:
    """Das Ergebnis ist ein NumPy-Array aus float64, so lang wie die Eingabe."""
    p = array(called(student.softmax, z), len(z))
    if not agrees(p, reference.softmax(z)):
        PLAIN.need(student.softmax)


@points(0.5, task="softmax", hint="Operatoren wie -= ändern ein Array, das jemand anderem gehört.")
@given(z=logits(), other=logits())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, z: Vector, other: Vector) -> None:
    """Die Eingabe bleibt, wie sie war, kein Aufruf wirkt auf den nächsten, und der Parameter
    heißt wie in der Vorlage."""
    calls = [(each,) for each in (z, other, *related_logits(z))]
    kept = [{"z": view} for view in (z, strided(z), locked(z))]
    PLAIN.keeps_to_itself(student.softmax, kept, calls)
