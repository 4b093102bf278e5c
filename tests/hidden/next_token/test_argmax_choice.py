"""The laws of `argmax_choice`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import Student, ensure, points
from solutions import next_token as reference
from tests.hidden.next_token.calls import choose_on_each
from tests.hidden.next_token.choice import choice
from tests.hidden.next_token.edges import CASES, across, locked, related, strided
from tests.hidden.next_token.strategies import (
    Case,
    cases,
    distinct_distributions,
    distributions,
    numbered,
    or_large,
    tied_distributions,
    uniform,
)


@points(1.5, task="argmax_choice", hint="Gesucht ist der Platz des größten Werts, nicht der Wert.")
@given(case=cases(distinct_distributions()))
def test_takes_the_largest(student: Student, case: Case) -> None:
    """Gewählt wird das Token mit der größten Wahrscheinlichkeit, als Paar aus Token und Index."""
    expected = reference.argmax_choice(*case)
    ensure(choice(student.argmax_choice(*case), case[0]) == expected[1], repr(expected))


@points(1, task="argmax_choice", hint="Bei [0.4, 0.4, 0.2] gewinnt das Token ganz links.")
@given(case=or_large(cases(tied_distributions()), (numbered(1000), uniform(1000))))
@across(case=CASES)
def test_takes_the_first_of_a_tie(student: Student, case: Case) -> None:
    """Teilen sich mehrere Token die größte Wahrscheinlichkeit, so gewinnt das erste von ihnen."""
    expected = reference.argmax_choice(*case)
    ensure(choice(student.argmax_choice(*case), case[0]) == expected[1], repr(expected))


@points(0.5, task="argmax_choice", hint="Sortiere weder tokens noch p an Ort und Stelle.")
@given(case=cases(distinct_distributions()), other=cases(distributions()))
@example(case=(["Rom", "."], np.array([0.5001, 0.4999])), other=(["Rom"], np.array([1.0])))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, other: Case) -> None:
    """Die Argumente bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    (tokens, p), expected = case, reference.argmax_choice(*case)
    for view in (p, strided(p), locked(p)):
        first = choice(student.argmax_choice.unchanged(tokens=tokens, p=view), tokens)
        ensure(first == expected[1], repr(expected))
    choice(student.argmax_choice(*other), other[0])
    ensure(choice(student.argmax_choice(tokens, p), tokens) == expected[1], repr(expected))
    calls = [(tokens, near) for near in related(p)]
    choose_on_each(student.argmax_choice, reference.argmax_choice, calls)
