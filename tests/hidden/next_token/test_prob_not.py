"""The laws of `prob_not`."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from autograder.testing import Student, agree, points
from solutions import next_token as reference
from tests.hidden.calls import Plain
from tests.hidden.edges import locked, related, strided
from tests.hidden.next_token.edges import CASES, LACKING
from tests.hidden.next_token.strategies import WORDS, Case, cases
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distributions,
    positive_distributions,
    uniform,
    zero_distributions,
)

PLAIN = Plain(
    reference.prob_not,
    (["Paris", "Rom", "."], np.array([0.1, 0.6, 0.3]), "Rom"),
    (["Paris", "Rom", "."], np.array([0.7, 0.1, 0.2]), "Rom"),
)


@points(1, task="prob_not", hint="Zusammen haben alle Token die Wahrscheinlichkeit 1.")
@given(case=cases(positive_distributions()), at=st.integers(0, 7))
@example(case=(["Rom", " Rom"], np.array([0.75, 0.25])), at=1)
def test_is_the_probability_of_the_others(student: Student, case: Case, at: int) -> None:
    """Das Ergebnis ist die Wahrscheinlichkeit, dass irgendein anderes Token gezogen wird."""
    token = case[0][at % len(case[0])]
    agree(student.prob_not(*case, token), reference.prob_not(*case, token))


@points(0.5, task="prob_not", hint="Was ist mit einem Token, das sicher oder nie gezogen wird?")
@given(case=cases(zero_distributions()))
@example(case=(["Paris", "Rom", "."], np.array([0.0, 0.75, 0.25])))
@across(case=CASES)
@settings(max_examples=30)
def test_reaches_from_zero_to_one(student: Student, case: Case) -> None:
    """Auch für unmögliche und für sichere Token stimmt die Wahrscheinlichkeit."""
    for token in {*case[0][:3], *case[0][-3:], reference.argmax_choice(*case)[0]}:
        agree(student.prob_not(*case, token), reference.prob_not(*case, token))
    agree(student.prob_not(["Rom"], np.array([1.0]), "Rom"), 0)


@points(1, task="prob_not", hint="Auch „Par“ ist unbekannt, wenn nur „Paris“ in der Liste steht.")
@given(
    case=cases(distributions()), token=st.sampled_from(["", "Pari", " Paris", "Rom ", "x"]) | WORDS
)
@example(case=(["Paris", "Rom", "."], np.array([0.5, 0.3, 0.2])), token="Berlin")
@across(
    case=[(tokens, uniform(len(tokens))) for tokens, _ in LACKING],
    token=[token for _, token in LACKING],
)
@settings(max_examples=40)
def test_refuses_unknown_tokens(student: Student, case: Case, token: str) -> None:
    """Ein Token, das nicht in der Liste steht, führt zu einem ValueError, ein bekanntes nicht."""
    tokens, p = case
    assume(token not in tokens)
    PLAIN.refuses(student.prob_not, (tokens, p, token), (tokens, p, tokens[-1]))


@points(0.5, task="prob_not", hint="Lösche nichts aus tokens oder p: Sie gehören dir nicht.")
@given(case=cases(distributions()), other=cases(distributions()))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, other: Case) -> None:
    """Die Argumente bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    (tokens, p), token = case, case[0][0]
    kept = [{"tokens": tokens, "p": view, "token": token} for view in (p, strided(p), locked(p))]
    calls = [(tokens, p, token), (*other, other[0][-1])]
    calls += [(order, near, token) for near in related(p) for order in (tokens, tokens[::-1])]
    PLAIN.keeps_to_itself(student.prob_not, kept, calls)
