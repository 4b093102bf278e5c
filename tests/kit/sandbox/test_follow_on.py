"""One mistake, one loss: a law that fails for an earlier task alone keeps its points."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook, writes

from autograder.grading import reference
from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from autograder.model.grade import Grade
from autograder.model.limits import Limits
from tests.kit import tiny

# a course of three functions and a variable, each of which builds on the one before
REFERENCE = """
import numpy as np

def base(x):
    if x < 0:
        raise ValueError("x is negative")
    return x + 1

def draw(rng):
    return float(rng.random())

def twice(x):
    return 2 * base(x)

def sums(rng, n):
    return [draw(rng) for _ in range(n)]

table = {x: twice(x) for x in (1, 2)}

def after(x):
    return twice(x) - 1
"""
SUITE = '''
import numpy as np
from autograder.testing import agree, ensure, points, rejects, variable

@points(1, task="base")
def test_base(student):
    """Eins mehr."""
    agree(student.base(1), 2)

@points(1, task="draw")
def test_draw(student):
    """Eine Zufallszahl."""
    agree(student.draw(np.random.default_rng(1)), float(np.random.default_rng(1).random()))

@points(2, task="twice")
def test_twice(student):
    """Das Doppelte der Summe."""
    agree(student.twice(2), 6)
    agree(student.twice(np.float64(3.0)), 8)

@points(1, task="twice")
def test_negative(student):
    """Negatives wird abgelehnt."""
    rejects(student.twice, -1)

@points(2, task="sums")
def test_sums(student):
    """Mehrere Zufallszahlen nacheinander."""
    rng, mine = np.random.default_rng(3), np.random.default_rng(3)
    agree(student.sums(rng, 3), [float(mine.random()) for _ in range(3)])
    agree(float(rng.random()), float(mine.random()))

@points(3, task="table")
def test_table(student):
    """Eine Tabelle."""
    table = variable(student, "table")
    ensure(isinstance(table, dict), "ein dict")
    agree([table.get(1, 0), table.get(2, 0)], [4, 6])

@points(1, task="after")
def test_after(student):
    """Eins weniger."""
    agree(student.after(1), 3)
'''
RIGHT = {
    "base": 'def base(x):\n    if x < 0:\n        raise ValueError("no")\n    return x + 1',
    "draw": "def draw(rng):\n    return rng.random()",
    "twice": "def twice(x):\n    return 2 * base(x)",
    "sums": "def sums(rng, n):\n    return [draw(rng) for _ in range(n)]",
    "table": "table = {}\nfor x in (1, 2):\n    table[x] = twice(x)",
    "after": "def after(x):\n    return twice(x) - 1",
}
POINTS = {"base": 1, "draw": 1, "twice": 3, "sums": 2, "table": 3, "after": 1}
UNWRITTEN = "raise NotImplementedError()"
NO_BASE = {"base": f"def base(x):\n    {UNWRITTEN}"}
WRONG_BASE = {"base": "def base(x):\n    return x"}


@dataclass
class Course:
    root: Path

    def grade(
        self, changes: dict[str, str], follow_on: float = 1.0, limits: Limits | None = None
    ) -> Grade:
        """The grade of the right answers with these changes."""
        cells = []
        for task, text in (RIGHT | changes).items():
            own = tiny.tag(task, solution=True)
            test = tiny.tag(f"test_{task}", grade=True, locked=True, points=float(POINTS[task]))
            cells += [new_code_cell(text, metadata=own), new_code_cell("", metadata=test)]
        limits = limits or Limits(call_seconds=2, cell_seconds=3)
        text = writes(new_notebook(cells=cells))
        job = Job(str(self.root), tiny.NAME, text, limits, follow_on=follow_on)
        return grade_in_subprocess(job).grade


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("course")
    (root / "tests" / "hidden" / tiny.NAME).mkdir(parents=True)
    (root / "tests" / "hidden" / tiny.NAME / "test_all.py").write_text(SUITE, encoding="utf-8")
    (root / "solutions").mkdir()
    (root / "solutions" / f"{tiny.NAME}.py").write_text(REFERENCE, encoding="utf-8")
    return Course(root)


def with_reference(course: Course, root: Path, reference: str) -> Course:
    """The course at another place, with another reference."""
    shutil.copytree(course.root, root)
    (root / "solutions" / f"{tiny.NAME}.py").write_text(reference, encoding="utf-8")
    return Course(root)


def lost(grade: Grade) -> dict[str, float | None]:
    """What each task lost; None where it was not graded."""
    points = {task.task: task.earned for task in grade.tasks}
    return {
        task: None if earned is None else POINTS[task] - earned
        for task, earned in points.items()
        if earned != POINTS[task]
    }


def followed(grade: Grade) -> dict[str, tuple[str, ...]]:
    """The laws that failed for earlier tasks, with these."""
    outcomes = (outcome for task in grade.tasks for outcome in task.outcomes)
    return {each.law.test: each.follow_on for each in outcomes if each.follow_on}


def test_a_missing_function_costs_its_own_points_alone(course: Course) -> None:
    grade = course.grade(NO_BASE)
    assert lost(grade) == {"base": 1}
    assert followed(grade) == {
        "test_twice": ("base",),
        "test_negative": ("base",),
        "test_table": ("base",),
        "test_after": ("base",),
    }
    assert grade.remarks == ()


def test_a_wrong_function_costs_its_own_points_alone(course: Course) -> None:
    grade = course.grade(WRONG_BASE)
    assert lost(grade) == {"base": 1}
    assert [o.status for t in grade.tasks for o in t.outcomes].count("failed") == 5


@pytest.mark.parametrize(("share", "rest"), [(0.5, 0.5), (0.0, 1.0)])
def test_the_course_says_how_much_a_follow_on_error_keeps(
    course: Course, share: float, rest: float
) -> None:
    grade = course.grade(WRONG_BASE, share)
    assert lost(grade) == {"base": 1, "twice": 3 * rest, "table": 3 * rest, "after": rest}
    assert bool(followed(grade)) == bool(share)


def test_a_generator_goes_on_where_the_reference_left_it(course: Course) -> None:
    grade = course.grade({"draw": "def draw(rng):\n    return 0.5"})
    assert lost(grade) == {"draw": 1}
    assert followed(grade) == {"test_sums": ("draw",)}


def test_a_mistake_of_ones_own_is_paid_for_as_ever(course: Course) -> None:
    grade = course.grade({**WRONG_BASE, "twice": "def twice(x):\n    return 3 * base(x)"})
    # with a right base it still refuses what is negative
    assert lost(grade) == {"base": 1, "twice": 2}
    assert followed(grade) == {
        "test_negative": ("base",),
        "test_table": ("twice",),
        "test_after": ("twice",),
    }


def test_who_uses_no_earlier_task_has_no_follow_on_error(course: Course) -> None:
    changes = {**WRONG_BASE, "twice": "def twice(x):\n    return x + 1", "table": "table = 3"}
    grade = course.grade(changes)
    assert lost(grade) == {"base": 1, "twice": 3, "table": 3}
    assert followed(grade) == {"test_after": ("twice",)}


def test_a_cell_that_ended_with_an_earlier_mistake_is_run_again(course: Course) -> None:
    demo = f"{RIGHT['twice']}\nprint(twice(1))"
    grade = course.grade({**NO_BASE, "twice": f"twice(1)\n{demo}"})
    assert lost(grade) == {"base": 1, "twice": 3}  # it needs itself before it is there
    grade = course.grade({**NO_BASE, "twice": demo})
    assert lost(grade) == {"base": 1}


def test_without_a_reference_nobody_is_paid_and_all_is_graded(
    course: Course, tmp_path: Path
) -> None:
    shutil.copytree(course.root / "tests", tmp_path / "tests")
    grade = Course(tmp_path).grade(WRONG_BASE)
    assert lost(grade) == {"base": 1, "twice": 3, "table": 3, "after": 1}


def test_a_reference_that_does_not_run_leaves_it_to_a_person(
    course: Course, tmp_path: Path
) -> None:
    grade = with_reference(course, tmp_path / "course", "1 / 0").grade(WRONG_BASE)
    assert lost(grade) == {"base": 1, "twice": None, "table": None, "after": None}
    assert "whether that is a follow-on error could not be tried" in grade.tasks[2].cause


# --- misuse ---------------------------------------------------------------------

ASKS = """
def twice(x):
    from autograder.guest import wire
    request = {{"call": {name!r}, "arguments": [x], "named": wire.pack({{}})}}
    base._grader.send({{"question": request}}, limit=1000)
    return 2 * base._grader.receive(limit=1000)["value"]
"""


def test_nobody_is_paid_for_what_the_reference_wrote(course: Course) -> None:
    # an earlier function that calls a later one
    grade = course.grade({"base": "def base(x):\n    return twice(x) / 2"})
    assert lost(grade) == {"base": 1}
    # a task that asks for itself, or for a later one
    for name in ("twice", "after", "nothing"):
        grade = course.grade({**WRONG_BASE, "twice": ASKS.format(name=name)})
        assert lost(grade) == {"base": 1, "twice": 3}, name
    # such questions do reach the grader, who answers for the earlier function
    grade = course.grade({**WRONG_BASE, "twice": f"{ASKS.format(name='base')}    # base"})
    assert lost(grade) == {"base": 1, "twice": 1}


FORGES = 'base._grader.send({"question": 1}, limit=99)'


@pytest.mark.parametrize(
    ("body", "costs"),
    [
        # where the question for a negative number is answered, that law holds
        ("while True:\n        base(x)", 2),  # a flood of questions
        ("return twice(base(x))", 2),  # recursion
        ("return base([x] * 300_000)", 3),  # a large question
        ("return base(base)", 3),  # no data
        ("base._grader.socket.close()", 3),
        (r'base._grader.socket.send(b"\xff" * 9)', 3),
        (f"{FORGES}\n    return 2 * base(x)", 3),
    ],
)
def test_misuse_costs_its_own_task_and_nobody_else(course: Course, body: str, costs: int) -> None:
    grade = course.grade({**NO_BASE, "twice": f"def twice(x):\n    {body}"})
    assert lost(grade) == {"base": 1, "twice": costs}
    assert {"test_table", "test_after"} <= followed(grade).keys()


def test_questions_from_several_threads_are_answered(course: Course) -> None:
    twice = """
from concurrent.futures import ThreadPoolExecutor

def twice(x):
    with ThreadPoolExecutor(8) as threads:
        return sum(threads.map(base, [x] * 200)) / 100
"""
    assert lost(course.grade({**NO_BASE, "twice": twice})) == {"base": 1}


def test_a_reference_that_takes_too_long_or_too_much_ends_the_question(
    course: Course, tmp_path: Path
) -> None:
    large = REFERENCE.replace("    return x + 1", "    return [1] * 10**int(x)")
    course = with_reference(course, tmp_path / "course", large)
    for power in (12, 8):  # no memory; an answer that is too large
        twice = f"def twice(x):\n    return len(base({power}))"
        grade = course.grade({**NO_BASE, "twice": twice})
        assert lost(grade)["twice"] == 3, (power, grade)


def test_questions_are_counted(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    helper = reference.ReferenceHelper(
        str(course.root), tiny.NAME, "twice", ("base",), "", Limits()
    )
    monkeypatch.setattr(reference, "MOST_QUESTIONS", 3)
    question = {"call": "base", "arguments": [1], "named": {"dict": []}}
    try:
        helper.begin()
        assert [helper.answer(question) for _ in range(3)] == [b'{"value":2}'] * 3
        with pytest.raises(reference.TimedOut):
            helper.answer(question)
        helper.begin()  # another law
        assert helper.answer(question) == b'{"value":2}'
        with pytest.raises(reference.Unreadable):
            helper.answer(question | {"call": "twice"})
    finally:
        helper.stop()
