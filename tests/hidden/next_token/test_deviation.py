"""The laws of `deviation`."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, example, given, settings

from autograder.testing import Student, Vector, agree, points
from solutions import next_token as reference
from tests.hidden.next_token.calls import agree_on_each
from tests.hidden.next_token.edges import GAP_EDGES, across, locked, related, strided
from tests.hidden.next_token.strategies import (
    distributions,
    frequencies,
    normalised,
    or_large,
    uniform,
)


@points(1, task="deviation", hint="Eine Zahl für alle: Welches Token liegt am weitesten daneben?")
@given(pair=or_large(frequencies(), (uniform(1000), normalised(range(1000)))))
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
    agree(student.deviation(p, rel), reference.deviation(p, rel))
    agree(student.deviation(rel, p), reference.deviation(p, rel))


@points(0.5, task="deviation", hint="Was kommt heraus, wenn p und rel dasselbe sind?")
@given(pair=distributions().map(lambda p: (p, np.eye(len(p))[int(np.argmin(p))])))
@across(pair=GAP_EDGES)
@settings(max_examples=25)
def test_is_zero_for_a_perfect_sample(student: Student, pair: tuple[Vector, Vector]) -> None:
    """Treffen die Häufigkeiten genau, ist die Abweichung 0, sonst größer."""
    agree(student.deviation(pair[0], pair[0]), 0)
    agree(student.deviation(*pair), reference.deviation(*pair))
    agree(student.deviation(uniform(2), np.array([1.0, 0.0])), 0.5)


@points(0.5, task="deviation", hint="p -= rel ändert das Array, das du bekommst.")
@given(pair=frequencies(least=2), other=frequencies())
@settings(max_examples=25)
def test_has_no_side_effects(
    student: Student, pair: tuple[Vector, Vector], other: tuple[Vector, Vector]
) -> None:
    """p und rel bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    p, rel = pair
    for first, second in (p, rel), (strided(p), locked(rel)), (locked(p), strided(rel)):
        agree(student.deviation.unchanged(p=first, rel=second), reference.deviation(p, rel))
    agree(student.deviation(*other), reference.deviation(*other))
    agree(student.deviation(p, rel), reference.deviation(p, rel))
    calls = [*((p, near) for near in related(rel)), *((near, rel) for near in related(p))]
    agree_on_each(student.deviation, reference.deviation, calls)
