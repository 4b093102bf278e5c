"""A test that takes the whole sandbox with it costs its own task, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import writes

from autograder.grading import Job
from autograder.limits import Limits
from autograder.model import Grade
from autograder.process import grade_apart
from tests.kit import tiny

QUICK = Limits().override({"cell_seconds": 6, "call_seconds": 3})
SUITE = (
    tiny.SUITE
    + '''
@points(2, task="half")
def test_half_of_four(student):
    """Die Hälfte von vier ist zwei."""
    agree(student.half(4), 2)
'''
)
RIGHT = tiny.RIGHT["half"]
FORKS = """
import os
def double(x):
    while True:
        os.fork()
"""
KILLS_ALL = """
import os, signal
def double(x):
    os.kill(-1, signal.SIGKILL)
    os.kill(1, signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGKILL)
"""
BOMB_WITH_A_DELAY = """
import os, time
def double(x):
    if not os.fork():
        os.setsid()
        time.sleep(0.5)
        while True:
            os.fork()
    return 2 * x
"""
SLOW = """
import time
def half(x):
    time.sleep(2)
    return x / 2
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "hidden" / tiny.NAME
    folder.mkdir(parents=True)
    (folder / "test_tiny.py").write_text(SUITE, encoding="utf-8")
    return tmp_path


def grade(course: Path, double: str, half: str, limits: Limits = QUICK) -> Grade:
    notebook = tiny.notebook({"double": double, "half": half})
    for cell in notebook.cells:
        if cell.id == "test_half":
            cell.metadata["nbgrader"]["points"] = 4.0
    return grade_apart(Job(str(course), tiny.NAME, writes(notebook), limits)).grade


def earned(grade: Grade) -> dict[str, float | None]:
    return {task.task: task.earned for task in grade.tasks}


def test_a_fork_bomb_in_a_function_costs_its_own_task(course: Path) -> None:
    graded = grade(course, FORKS, RIGHT)
    assert earned(graded) == {"double": 0.0, "half": 4.0}, graded
    assert any(
        "double: test_two ended the sandbox: More processes were running" in remark
        for remark in graded.remarks
    ), graded.remarks


def test_the_student_reads_which_limit_was_reached(course: Path) -> None:
    (outcome,) = grade(course, FORKS, RIGHT).tasks[0].outcomes
    assert outcome.counterexample is not None
    assert getattr(outcome.counterexample.found, "key", "") in ("cause_processes", "timed_out")


def test_a_bomb_that_goes_off_in_another_tasks_test_costs_that_task_nothing(course: Path) -> None:
    graded = grade(course, BOMB_WITH_A_DELAY, SLOW)
    assert earned(graded)["half"] == 4.0, graded


def test_a_function_that_ends_every_process_costs_its_own_task(course: Path) -> None:
    assert earned(grade(course, KILLS_ALL, RIGHT)) == {"double": 0.0, "half": 4.0}


def test_what_needs_more_runs_than_allowed_is_not_graded(course: Path) -> None:
    graded = grade(course, FORKS, RIGHT, QUICK.override({"reruns": 0}))
    assert earned(graded) == {"double": 0.0, "half": None}
    assert "limit reruns (0)" in graded.tasks[1].cause
