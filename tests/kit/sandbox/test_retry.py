"""A test that takes the whole sandbox with it costs its own task, and no other."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import writes

from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from autograder.model.grade import Grade
from autograder.model.limits import Limits
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
RIGHT, RIGHT_DOUBLE = tiny.RIGHT["half"], tiny.RIGHT["double"]
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
    return grade_in_subprocess(Job(str(course), tiny.NAME, writes(notebook), limits)).grade


def earned(grade: Grade) -> dict[str, float | None]:
    return {task.task: task.earned for task in grade.tasks}


def test_a_fork_bomb_in_a_function_costs_its_own_task(course: Path) -> None:
    graded = grade(course, FORKS, RIGHT)
    assert earned(graded) == {"double": 0.0, "half": 4.0}, graded
    assert any(
        remark.startswith("double: test_two ended once more: More processes were running")
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
    assert earned(graded) == {"double": None, "half": None}
    assert all("limit reruns (0)" in task.cause for task in graded.tasks)


# --- ends that the student did not cause -----------------------------------------

SNAPSHOT, WORKER = 2, 3  # generations below the sandbox's first process; the kernel is the first


@pytest.mark.parametrize("generation", [SNAPSHOT, WORKER])
def test_a_copy_that_is_killed_from_outside_costs_nothing(course: Path, generation: int) -> None:
    with ThreadPoolExecutor(1) as executor:
        graded = executor.submit(grade, course, RIGHT_DOUBLE, SLOW)
        kill_one(generation)
    assert earned(graded.result()) == {"double": 1.0, "half": 4.0}, graded.result()
    assert any("ran again in a new sandbox" in remark for remark in graded.result().remarks)


def test_a_copy_that_is_killed_again_and_again_is_not_full_marks(course: Path) -> None:
    ends = "import os\ndef half(x): os._exit(0)"
    graded = grade(course, RIGHT_DOUBLE, ends)
    assert earned(graded) == {"double": 1.0, "half": 0.0}
    tried = [remark for remark in graded.remarks if "ran again" in remark]
    assert len(tried) == 1, "what its first law does, its second one may do as well"


def test_a_copy_that_can_never_be_made_is_not_graded(course: Path) -> None:
    breaks = f"{RIGHT_DOUBLE}\nimport os\ndef fails(): raise OSError\nos.fork = fails"
    graded = grade(course, breaks, RIGHT)
    assert earned(graded) == {"double": None, "half": None}
    assert any("double: no copy of the kernel could be made" in each for each in graded.remarks)
    assert graded.tasks[0].cause.startswith("The kernel could not be copied"), graded.tasks[0]
    assert sum("the notebook ran again" in remark for remark in graded.remarks) == 1


def test_time_that_the_grader_does_not_have_costs_nobody_points(course: Path) -> None:
    limits = QUICK.override({"test_seconds": 1.0})
    graded = grade(course, RIGHT_DOUBLE, SLOW, limits)
    assert earned(graded) == {"double": 1.0, "half": None}
    assert "limit test_seconds" in graded.tasks[1].cause


LEAVES_A_BOMB = """
import os, time
if not os.fork():
    os.setsid()
    time.sleep(6)
    os.kill(-1, 9)
"""


def test_what_a_cell_left_behind_is_not_blamed_on_the_test_it_meets(course: Path) -> None:
    slow = SLOW.replace("2)", "2.5)")
    graded = grade(course, RIGHT_DOUBLE + LEAVES_A_BOMB, slow)
    assert 0.0 not in earned(graded).values(), graded


def kill_one(generation: int) -> None:
    """Kill the newest process so many generations below the first of a sandbox, after a second.

    The newest copy is that of the last task: no older one is sure to be asked again.
    """
    while True:
        with contextlib.suppress(psutil.NoSuchProcess):
            descendants = psutil.Process().children(recursive=True)
            copies = [each for each in descendants if age(each) == generation]
            newest = max(copies, key=psutil.Process.create_time, default=None)
            if newest is not None and time.time() - newest.create_time() > 1:
                newest.kill()
                return
        time.sleep(0.05)


def age(process: psutil.Process) -> int:
    """How many of the processes above it belong to the guest."""
    return sum("autograder.guest" in above.cmdline()[:4] for above in process.parents())
