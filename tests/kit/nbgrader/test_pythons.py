"""The kit sets up, checks itself and grades with every Python that it says it supports.

The suite runs with one of them; a class is graded here with each of the others that
this machine has: on the path, or kept by pyenv or uv.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kit.courses import Classroom
from tests.kit.submissions import ASSIGNMENT, ROOT
from tests.kit.submissions.honest import CLASS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]  # the packages are installed each time

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PREFIX = "Programming Language :: Python :: "
SUPPORTED = [each.removeprefix(PREFIX) for each in PROJECT["classifiers"]]
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
HANDED_IN = [each for each in CLASS if each.name in ("clara", "emma", "klara")]


@pytest.fixture(scope="module", params=SUPPORTED)
def environment(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A virtual environment as `make setup PYTHON=...` makes it."""
    version: str = request.param
    if version == OURS:
        pytest.skip(f"the suite itself runs with Python {version}")
    python = find_python(version)
    if python is None:
        pytest.skip(f"this machine has no Python {version}")
    with tempfile.TemporaryDirectory(prefix="autograder-python-") as folder:
        run("make", "setup", f"PYTHON={python}", f"VENV={folder}")
        yield Path(folder)


def find_python(version: str) -> str | None:
    """The path of an interpreter of that version, if there is one."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = [str(folder) for folder in sorted(pyenv.glob("versions/*/bin"))]
    found = subprocess.run(
        [Path(sys.executable).parent / "uv", "python", "find", "--system", version]
        + ["--no-project", "--no-python-downloads", "--offline"],
        env=os.environ | {"PATH": os.pathsep.join([os.environ["PATH"], *kept])},
        capture_output=True,
        text=True,
    )
    return found.stdout.strip() if found.returncode == 0 else None


def run(*command: str) -> str:
    """What a command said in the course folder; it must succeed."""
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_an_interpreter_that_is_there_is_found() -> None:
    python = find_python(OURS)
    assert python is not None
    assert OURS in run(python, "--version")
    assert find_python("3.99") is None


def test_the_pinned_packages_fit_together(environment: Path) -> None:
    run(str(environment / "bin" / "python"), "-m", "pip", "check")


def test_doctor_finds_all_in_place(environment: Path) -> None:
    assert "Everything is in place." in run(str(environment / "bin" / "autograder"), "doctor")


def test_a_class_gets_the_grades_it_deserves(environment: Path, tmp_path: Path) -> None:
    room = replace(Classroom.make(tmp_path / "course"), scripts=environment / "bin")
    room.run("nbgrader", "generate_assignment", ASSIGNMENT)
    room.hand_in(HANDED_IN)
    room.run("nbgrader", "autograde", ASSIGNMENT)
    room.run("nbgrader", "generate_feedback", ASSIGNMENT)
    for submission in HANDED_IN:
        grade = room.grade(submission.name)
        assert {task.task: task.earned for task in grade.tasks} == submission.earned()
        assert room.feedback(submission.name).is_file()
