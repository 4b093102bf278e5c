"""What a page shows as tried gives what it shows as found, for the course's own wrong answers."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from math import isclose
from typing import Any

import numpy as np
import pytest

from autograder.audit.batch import run_trials
from autograder.audit.trial import Trial
from autograder.course.answers import Answer, answer_in, load_reference, read_misconceptions
from autograder.model.grade import Counterexample
from autograder.model.messages import Message
from autograder.pages.task import CUT, VALUE
from autograder.student.literal import literal
from tests.kit.submissions import ASSIGNMENT, ROOT

NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.])")
HIDDEN = ROOT / "tests" / "hidden" / ASSIGNMENT
MISCONCEPTIONS = read_misconceptions(ROOT, ASSIGNMENT)
SAMPLE = MISCONCEPTIONS[::8]
# what comes back depends on more than the arguments, and the page says so
STATEFUL = {
    "argmax_choice__remembers_the_record",
    "entropy__running_total",
    "sample_choice__global_random",
    "sample_choice__never_twice_in_a_row",
    "sample_many__counts_carry_over",
    "sample_many__global_random",
    "top_k_choice__global_random",
}


def shown_by(answers: tuple[Answer, ...]) -> Iterator[tuple[Answer, str, Counterexample]]:
    """Each law that an answer breaks, with what a page shows of it."""
    trials = {
        each.name: Trial(
            str(ROOT),
            ASSIGNMENT,
            (each,),
            files=frozenset([str(HIDDEN / f"test_{each.task}.py")]),
            misconceptions=(each,),  # so that the smallest examples are searched for
        )
        for each in answers
    }
    results = run_trials(trials, workers=2)
    for answer in answers:
        for outcome in results[answer.name].outcomes:
            case = outcome.counterexample
            if outcome.status == "failed" and not outcome.untried and case is not None:
                yield answer, outcome.law.test, case


def evaluate(call: str, answer: Answer) -> str:
    """What a student who pastes the call into the notebook sees, as a page would write it."""
    namespace = answer_in(copy.copy(reference()), answer)
    *lines, last = ast.parse(call).body
    assert isinstance(last, ast.Expr), call
    try:
        with np.errstate(all="ignore"):
            exec(compile(ast.Module(lines, []), "<call>", "exec"), namespace)
            value = eval(compile(ast.Expression(last.value), "<call>", "eval"), namespace)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return literal(plain(value))


def plain(value: Any) -> Any:
    """A value with Python's numbers for NumPy's, as pages write them."""
    match value:
        case np.generic():
            return value.item()
        case list() | tuple():
            return type(value)(map(plain, value))
        case dict():
            return {plain(key): plain(each) for key, each in value.items()}
    return value


def reference() -> dict[str, Any]:
    """What the notebook defines, where all but one task is right."""
    found = load_reference(ROOT, ASSIGNMENT)
    return {name: value for name, value in found.items() if not name.startswith("__")}


def same(one: str, other: str) -> bool:
    """Whether two texts are the same but for digits that were left out."""
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.findall(one), NUMBER.findall(other), strict=True)
    return all(isclose(float(a), float(b), rel_tol=1e-3) for a, b in pairs)


def is_value(case: Counterexample) -> bool:
    """Whether a page shows a value, not a sentence about it."""
    if isinstance(case.found, Message):
        return case.found.key == "raised"
    return bool(VALUE.match(case.found))


def text_of(case: Counterexample) -> str:
    """The value or the exception that a page shows."""
    if isinstance(case.found, Message):
        return "{kind}: {text}".format(**case.found.data)
    return case.found


def false_statements(answers: tuple[Answer, ...]) -> list[str]:
    """What a page would show as found, and is not what the call gives."""
    found = []
    for answer, test, case in shown_by(answers):
        assert case.repeatable or answer.name in STATEFUL
        if not is_value(case) or not case.repeatable or CUT in case.call:
            continue  # the page says so
        value = evaluate(case.call, answer)
        if not same(value, text_of(case)):
            said = f"shown: {text_of(case)}\n  gives: {value}"
            found.append(f"{answer.name} {test}:\n  {case.call}\n  {said}")
    return found


def test_what_is_shown_as_found_is_what_the_call_gives() -> None:
    assert not false_statements(SAMPLE)


@pytest.mark.slow
def test_what_is_shown_as_found_is_what_the_call_gives_for_every_wrong_answer() -> None:
    assert not false_statements(MISCONCEPTIONS)


def test_a_false_statement_is_found() -> None:
    right = Counterexample("deviation(np.array([1.0]), np.array([0.5]))", "0.5")
    assert same(evaluate(right.call, MISCONCEPTIONS[0]), "0.5")
    assert not same(evaluate(right.call, MISCONCEPTIONS[0]), "0.25")
    assert not same("np.array([0.5])", "[0.5]")
    assert re.match("NameError", evaluate("unknown(1)", MISCONCEPTIONS[0]))
