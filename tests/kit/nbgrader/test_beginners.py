"""A class of beginners gets the points that it earned, and pages that say what is true."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from pathlib import Path

import pytest

from autograder.pages.task import render_task
from tests.kit.courses import Classroom
from tests.kit.submissions import ASSIGNMENT, most_points
from tests.kit.submissions.beginners import BEGINNERS, Beginner

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

SAMPLE = ("anton", "carl", "hanna", "kai", "nora")


def graded(root: Path, beginners: Iterable[Beginner]) -> Classroom:
    """The class, graded, with its pages."""
    room = Classroom.make(root)
    room.run("nbgrader", "generate_assignment", ASSIGNMENT)
    room.hand_in(each.submission for each in beginners)
    room.run("nbgrader", "autograde", ASSIGNMENT)
    room.run("nbgrader", "generate_feedback", ASSIGNMENT)
    return room


def check(room: Classroom, beginner: Beginner) -> list[str]:
    """What is not as it must be: points by task, and what the page says of each."""
    grade = room.grade(beginner.name)
    earned = {task.task: task.earned for task in grade.tasks}
    wrong = []
    if earned != beginner.submission.earned():
        lost = {t: p - (earned[t] or 0) for t, p in most_points().items() if p != earned[t]}
        wrong.append(f"{beginner.name} lost {lost}, not {dict(beginner.lost)}")
    texts = {task.task: read(render_task(task, "de")) for task in grade.tasks}
    for task, words in beginner.says.items():
        wrong += [f"{beginner.name} {task}: no {w!r}" for w in words if w not in texts[task]]
    for task, words in beginner.never.items():
        wrong += [f"{beginner.name} {task}: {w!r}" for w in words if w in texts[task]]
    page = read(room.feedback(beginner.name).read_text(encoding="utf-8"))
    wrong += [f"{beginner.name}: {text} is not on the page" for text in missing(texts, page)]
    return wrong


def missing(texts: dict[str, str], page: str) -> list[str]:
    """The tasks whose feedback is not on the page of the submission as it is here."""
    return [task for task, text in texts.items() if text not in page]


def read(html: str) -> str:
    """What a student reads, without blanks between the lines."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def test_beginners_are_told_what_is_true(tmp_path: Path) -> None:
    some = [each for each in BEGINNERS if each.name in SAMPLE]
    room = graded(tmp_path / "course", some)
    assert not [problem for each in some for problem in check(room, each)]


@pytest.mark.slow
def test_all_beginners_are_told_what_is_true(tmp_path: Path) -> None:
    room = graded(tmp_path / "course", BEGINNERS)
    assert not [problem for each in BEGINNERS for problem in check(room, each)]


def test_there_are_enough_beginners_and_each_says_what_its_page_must_and_must_not_say() -> None:
    assert len(BEGINNERS) >= 25
    assert len({each.name for each in BEGINNERS}) == len(BEGINNERS)
    for each in BEGINNERS:
        assert each.lost and each.says and each.never, each.name
