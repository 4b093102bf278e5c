"""The laws of `deviation`."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, example, given, settings

from autograder.testing import (
    Student,
    Vector,
    agree,
    agrees,
    ensure,
    literal,
    number,
    points,
    premise,
)
from solutions import next_token as reference
from tests.hidden.calls import Plain, called
from tests.hidden.edges import locked, related, strided
from tests.hidden.next_token.edges import GAP_EDGES, PLAIN_GAPS
from tests.hidden.next_token.strategies import frequencies
from tests.hidden.rows import across
from tests.hidden.strategies import distributions, normalised, or_large, uniform

PLAIN = Plain(
    reference.deviation,
    (np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.2, 0.4])),
    (np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.35, 0.45])),
)


@points(1, task="deviation", hint="Eine Zahl für alle: Welches Token liegt am weitesten daneben?")
@given(pair=or_large(frequencies(), (uniform(1000), normalised(range(1000)))))
@example(pair=(np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.2, 0.4])))
@example(pair=(np.array([0.2, 0.6, 0.2]), np.array([0.4, 0.2, 0.4])))
@across(pair=PLAIN_GAPS)
def test_is_the_largest_difference(student: Student, pair: tuple[Vector, Vector]) -> None:
    """Die Abweichung ist der größte Abstand zwischen Wahrscheinlichkeit und Häufigkeit."""
    agree(student.deviation(*pair), reference.deviation(*pair))


@points(1, task="deviation", hint="Ein Abstand hat kein Vorzeichen.")
@given(pair=frequencies(least=3))
@example(pair=(np.array([0.6, 0.2, 0.2]), np.array([0.2, 0.4, 0.4])))
def test_counts_both_directions(student: Student, pair: tuple[Vector, Vector]) -> None:
    """Zu selten zählt genauso wie zu oft: Vertauschst du p und rel, bleibt die Abweichung."""
    p, rel = pair
    assume(abs((p - rel).max()) != abs((p - rel).min()))
    deviation = student.deviation
    there, back = called(deviation, p, rel), called(deviation, rel, p)
    PLAIN.compare(deviation, back, (rel, p), lambda: there, "wie bei (p, rel)")


@points(0.5, task="deviation", hint="Was kommt heraus, wenn p und rel dasselbe sind?")
@given(pair=distributions().map(lambda p: (p, np.eye(len(p))[int(np.argmin(p))])))
@across(pair=GAP_EDGES)
@settings(max_examples=25)
def test_is_zero_for_a_perfect_sample(student: Student, pair: tuple[Vector, Vector]) -> None:
    """Treffen die Häufigkeiten genau, ist die Abweichung 0, sonst größer."""
    (p, rel), right, deviation = pair, reference.deviation(*pair), student.deviation
    with premise():
        zero = number(deviation(p, p))
    ensure(agrees(zero, 0), "0", literal(zero))
    with premise():
        found = number(deviation(p, rel))
    if right > 0 and not agrees(found, right):
        if PLAIN.is_right(deviation):
            agree(found, right)
        ensure(found > 0, "eine Zahl über 0", literal(found))


@points(0.5, task="deviation", hint="p -= rel ändert das Array, das du bekommst.")
@given(pair=frequencies(least=2), other=frequencies())
@settings(max_examples=25)
def test_has_no_side_effects(
    student: Student, pair: tuple[Vector, Vector], other: tuple[Vector, Vector]
) -> None:
    """p und rel bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    p, rel = pair
    views = (p, rel), (strided(p), locked(rel)), (locked(p), strided(rel))
    calls = [pair, other, *((p, near) for near in related(rel)), *((q, rel) for q in related(p))]
    kept = [{"p": first, "rel": second} for first, second in views]
    PLAIN.keeps_to_itself(student.deviation, kept, calls)
