"""The laws of `argmax_choice`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import Student, Vector, ensure, points
from solutions import next_token as reference
from tests.hidden.calls import Plain
from tests.hidden.edges import locked, related, strided
from tests.hidden.next_token.choice import choice, chosen, chosen_is
from tests.hidden.next_token.edges import CASES
from tests.hidden.next_token.strategies import Case, cases, numbered
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distinct_distributions,
    distributions,
    or_large,
    tied_distributions,
    uniform,
)

PLAIN = Plain(
    reference.argmax_choice,
    (["Paris", "Rom", "."], np.array([0.1, 0.6, 0.3])),
    (["Paris", "Rom", "."], np.array([0.7, 0.1, 0.2])),
    usable=lambda value: chosen(value, ["Paris", "Rom", "."]),
    fits=chosen_is(reference.argmax_choice),
)


@points(1.5, task="argmax_choice", hint="Gesucht ist der Platz des größten Werts, nicht der Wert.")
@given(case=cases(distinct_distributions()))
@example(case=(["Paris", "Rom", "."], np.array([0.1, 0.6, 0.3])))
def test_takes_the_largest(student: Student, case: Case) -> None:
    """Gewählt wird das Token mit der größten Wahrscheinlichkeit, als Paar aus Token und Index."""
    expected = reference.argmax_choice(*case)
    ensure(choice(student.argmax_choice(*case), case[0]) == expected[1], repr(expected))


@points(1, task="argmax_choice", hint="Bei [0.4, 0.4, 0.2] gewinnt das Token ganz links.")
@given(case=or_large(cases(tied_distributions()), (numbered(1000), uniform(1000))))
@example(case=(["Paris", "Rom", "."], np.array([0.4, 0.4, 0.2])))
@across(case=CASES)
def test_takes_the_first_of_a_tie(student: Student, case: Case) -> None:
    """Teilen sich mehrere Token die größte Wahrscheinlichkeit, so gewinnt das erste von ihnen."""
    function, clear = student.argmax_choice, (case[0], untied(case[1]))
    with PLAIN.unless_always(function, clear):
        found = function(*case)
    own = "wie bei einem, das allein vorn liegt"
    PLAIN.compare(function, found, case, lambda: function.alone(*clear), own)


def untied(p: Vector) -> Vector:
    """The first of the largest a little larger."""
    raised = p.copy()
    raised[np.argmax(p)] *= 1.001
    return np.asarray(raised / raised.sum())


@points(0.5, task="argmax_choice", hint="Sortiere weder tokens noch p an Ort und Stelle.")
@given(case=cases(distinct_distributions()), other=cases(distributions()))
@example(case=(["Rom", "."], np.array([0.5001, 0.4999])), other=(["Rom"], np.array([1.0])))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, other: Case) -> None:
    """Die Argumente bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    tokens, p = case
    kept = [{"tokens": tokens, "p": view} for view in (p, strided(p), locked(p))]
    calls = [case, other, *((tokens, near) for near in related(p))]
    PLAIN.keeps_to_itself(student.argmax_choice, kept, calls)
