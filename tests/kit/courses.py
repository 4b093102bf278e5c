"""Course folders with classes in them, graded by nbgrader's own commands."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import ClassVar, Self

import nbformat
from nbgrader.api import Gradebook

from autograder.course.folder import Course
from autograder.model.grade import Grade, from_json
from autograder.nbgrader.gradebook import ClassTable, read_class
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission
from tests.kit.tiny import FULL, NAME, RIGHT, SUITE, notebook

CONTENT = ("nbgrader_config.py", "source", "solutions", "tests/__init__.py", "tests/hidden")
NO_CACHES = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class CourseRoom:
    """A course folder, away from the files that git knows."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)  # what its commands find besides
    scripts: Path = Path(sys.executable).parent  # where its commands lie

    assignment: ClassVar[str]
    own_group: ClassVar[bool] = False  # whether a command gets a process group of its own

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start one of the virtual environment's commands in the course folder."""
        path = {"PATH": f"{self.scripts}:{os.environ['PATH']}"}
        return subprocess.Popen(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.root,
            env=os.environ | path | dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=self.own_group,
        )

    def finish(self, *command: str) -> tuple[int, str]:
        """Run a command; its status, and what it said on both streams."""
        with self.start(*command) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def configure(self, *lines: str) -> None:
        """Set nbgrader_config.py to the course's with these lines behind it."""
        text = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        path = self.root / "nbgrader_config.py"
        path.write_text("\n".join([text, *lines, ""]), encoding="utf-8")

    def copy(self, root: Path, **environment: str) -> Self:
        """The same course in another folder, for another class."""
        shutil.copytree(self.root, root)
        return replace(self, root=root, environment=environment)

    def result(self, student: str) -> Path:
        """Where a student's result file lies."""
        folder = self.root / "autograded" / student / self.assignment
        return folder / f"{self.assignment}.result.json"

    def grade(self, student: str) -> Grade:
        """What the result file says."""
        return from_json(self.result(student).read_bytes())


class Classroom(CourseRoom):
    """A copy of the course."""

    assignment = ASSIGNMENT

    @staticmethod
    def make(root: Path) -> Classroom:
        """Copy the course's content to `root`, which must not exist yet."""
        root.mkdir(parents=True)
        copy_content(CONTENT, root)
        return Classroom(root)

    def hand_in(self, submissions: Iterable[Submission]) -> None:
        """Put each submission where nbgrader looks for it."""
        for submission in submissions:
            folder = self.root / "submitted" / submission.name / ASSIGNMENT
            folder.mkdir(parents=True)
            submission.hand_in(folder)

    def run(self, *command: str, check: bool = True) -> str:
        """Run a command in the course folder; what it said, on both streams."""
        status, said = self.finish(*command)
        if check and status != 0:
            raise RuntimeError(f"{command} ended with status {status}:\n{said}")
        return said

    def lines(self, *command: str) -> Iterator[str]:
        """Run a command and yield what it says, line by line; raises RuntimeError if it fails."""
        with self.start(*command) as process:
            assert process.stdout is not None
            yield from process.stdout
        if process.returncode != 0:
            raise RuntimeError(f"{command} ended with status {process.returncode}")

    def table(self) -> ClassTable:
        """The gradebook."""
        return read_class(Course.at(self.root), ASSIGNMENT)

    def feedback(self, student: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"


class TinyRoom(CourseRoom):
    """A course folder with the tiny assignment, released."""

    assignment = NAME
    own_group = True

    @staticmethod
    def make(root: Path, *, release: bool = True) -> TinyRoom:
        """Write the course to `root`, which must not exist yet, and release its assignment.

        nbgrader takes seconds for a release, so it is made once in a process, and copied.
        """
        if release:
            shutil.copytree(released_tiny(), root)
            return TinyRoom(root)
        (root / "source" / NAME).mkdir(parents=True)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        nbformat.write(notebook(RIGHT), root / "source" / NAME / f"{NAME}.ipynb")
        (root / "tests" / "hidden" / NAME).mkdir(parents=True)
        (root / "tests" / "hidden" / NAME / "test_tiny.py").write_text(SUITE, encoding="utf-8")
        return TinyRoom(root)

    def hand_in(self, student: str, answers: dict[str, str] | None = None) -> Path:
        """Put a submission in its place; its folder."""
        folder = self.root / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(answers or RIGHT), folder / f"{NAME}.ipynb")
        return folder

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command; its status, and what it said."""
        return self.finish(*command)

    def autograde(self, *options: str) -> tuple[int, str]:
        """Grade the class."""
        return self.run("nbgrader", "autograde", NAME, *options)

    def everything(self, students: Iterable[str]) -> dict[str, tuple[object, bytes, bytes]]:
        """What grading has made of each student: scores, result and notebook."""
        results = {student: self.result(student) for student in students}
        return {
            student: (
                self.scores(student),
                result.read_bytes(),
                result.with_name(f"{NAME}.ipynb").read_bytes(),
            )
            for student, result in results.items()
        }

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic scores of the test cells; {} where nobody has graded the student."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "language-models") as book:
            for submission in book.assignment_submissions(NAME):
                if submission.student.id == student:
                    grades = submission.notebooks[0].grades
                    return {g.name: g.auto_score for g in grades if g.name in FULL}
        return {}


@cache
def released_tiny() -> Path:
    """The course with the tiny assignment, released, for copies alone."""
    folder = Path(tempfile.mkdtemp(prefix="tiny-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    room = TinyRoom.make(folder / "course", release=False)
    status, said = room.run("nbgrader", "generate_assignment", NAME)
    assert status == 0, said
    return room.root


def copy_content(names: Iterable[str], root: Path) -> None:
    """Copy files and folders of the course to the same places under `root`, without caches."""
    for name in names:
        there, here = root / name, ROOT / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, ignore=NO_CACHES)
        else:
            shutil.copy(here, there)
