"""Answers that are wrong in few places lose points, and unusual right ones lose none."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from autograder.audit.trial import Trial, Tried, carry_out_all
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


def carry_out(answers: list[Answer]) -> list[Tried]:
    """What came of each, on every law."""
    tried = carry_out_all([try_out(answer) for answer in answers], workers=2)
    for answer, one in zip(answers, tried, strict=True):
        undecided = [o.reason for o in one.outcomes if o.status == "not graded"]
        assert not undecided, (answer.name, undecided)
    return tried


@pytest.mark.parametrize("answer", [*SUBTLE, *UNUSUAL], ids=lambda answer: answer.name)
def test_an_answer_defines_its_task(answer: Answer) -> None:
    assert answer.task in TASKS
    compile(answer.source, answer.name, "exec")


def test_answers_that_are_wrong_in_few_places_lose_points() -> None:
    tried = carry_out(SUBTLE)
    accepted = [a.name for a, one in zip(SUBTLE, tried, strict=True) if one.accepted]
    assert not accepted


def test_unusual_right_answers_earn_everything() -> None:
    tried = carry_out(UNUSUAL)
    lost = {a.name: sorted(one.broken) for a, one in zip(UNUSUAL, tried, strict=True) if one.broken}
    assert not lost
