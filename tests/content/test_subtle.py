"""Answers that are wrong in few places lose points, and unusual right ones lose none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from autograder.audit.batch import run_trials
from autograder.audit.trial import Trial
from autograder.course.answers import Answer, Kind
from tests.kit.submissions import ROOT

from .notebook import TASKS

HERE = Path(__file__).parent
HIDDEN = ROOT / "tests" / "hidden" / "next_token"


def read(name: str, kind: Kind) -> list[Answer]:
    """The answers of a data file, a table a task."""
    tables = tomllib.loads((HERE / name).read_text(encoding="utf-8"))
    return [
        Answer(task, slug, source, kind)
        for task, answers in tables.items()
        for slug, source in answers.items()
    ]


SUBTLE = read("subtle.toml", "misconception")
UNUSUAL = read("unusual.toml", "variant")


def try_out(answer: Answer) -> Trial:
    """A trial of an answer on the laws of its own task."""
    files = frozenset([str(HIDDEN / f"test_{answer.task}.py")])
    return Trial(str(ROOT), "next_token", (answer,), files=files)


def broken_laws(answers: list[Answer]) -> dict[str, list[str]]:
    """The laws that each answer breaks, by its name; all laws must have been judged."""
    results = run_trials({answer.name: try_out(answer) for answer in answers}, workers=2)
    for name, result in results.items():
        undecided = [o.reason for o in result.outcomes if o.status == "not graded"]
        assert not undecided, (name, undecided)
    return {name: sorted(test for _, test in result.broken) for name, result in results.items()}


@pytest.mark.parametrize("answer", [*SUBTLE, *UNUSUAL], ids=lambda answer: answer.name)
def test_an_answer_defines_its_task(answer: Answer) -> None:
    assert answer.task in TASKS
    compile(answer.source, answer.name, "exec")


# a law that weakens is seen by many of these answers: of each kind, CI tries every second one
SOME = slice(None, None, 2)


def test_answers_that_are_wrong_in_few_places_lose_points() -> None:
    assert not [name for name, broken in broken_laws(SUBTLE[SOME]).items() if not broken]


def test_unusual_right_answers_earn_everything() -> None:
    assert not {name: broken for name, broken in broken_laws(UNUSUAL[SOME]).items() if broken}


@pytest.mark.slow
def test_all_answers_that_are_wrong_in_few_places_lose_points() -> None:
    assert not [name for name, broken in broken_laws(SUBTLE).items() if not broken]


@pytest.mark.slow
def test_all_unusual_right_answers_earn_everything() -> None:
    assert not {name: broken for name, broken in broken_laws(UNUSUAL).items() if broken}
