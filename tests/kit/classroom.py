"""A course folder with a class in it, graded by nbgrader's own commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.course.folder import Course
from autograder.model.grade import Grade, from_json
from autograder.nbgrader.gradebook import ClassTable, read_class
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission

CONTENT = ("nbgrader_config.py", "source", "solutions", "tests/__init__.py", "tests/hidden")
NO_CACHES = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")


@dataclass(frozen=True)
class Classroom:
    """A copy of the course, away from the files that git knows."""

    root: Path
    environment: Mapping[str, str] = field(default_factory=dict)  # what its commands find besides
    scripts: Path = Path(sys.executable).parent  # where its commands lie

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
        with self.start(*command) as process:
            assert process.stdout is not None
            said = process.stdout.read()
        if check and process.returncode != 0:
            raise RuntimeError(f"{command} ended with status {process.returncode}:\n{said}")
        return said

    def lines(self, *command: str) -> Iterator[str]:
        """Run a command and yield what it says, line by line; raises RuntimeError if it fails."""
        with self.start(*command) as process:
            assert process.stdout is not None
            yield from process.stdout
        if process.returncode != 0:
            raise RuntimeError(f"{command} ended with status {process.returncode}")

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start one of the virtual environment's commands."""
        return subprocess.Popen(
            [str(self.scripts / command[0]), *command[1:]],
            cwd=self.root,
            env=os.environ
            | {"PATH": f"{self.scripts}:{os.environ['PATH']}"}
            | dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def grade(self, student: str) -> Grade:
        """The result file of a student."""
        path = self.root / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.result.json"
        return from_json(path.read_bytes())

    def table(self) -> ClassTable:
        """The gradebook."""
        return read_class(Course.at(self.root), ASSIGNMENT)

    def copy(self, root: Path, **environment: str) -> Classroom:
        """The same course in another folder, for another class."""
        shutil.copytree(self.root, root)
        return Classroom(root, environment, self.scripts)

    def configure(self, *lines: str) -> None:
        """Add lines to the course's settings."""
        with (self.root / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write("\n".join(["", *lines, ""]))

    def feedback(self, student: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"


def copy_content(names: Iterable[str], root: Path) -> None:
    """Copy files and folders of the course to the same places under `root`, without caches."""
    for name in names:
        there, here = root / name, ROOT / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if here.is_dir():
            shutil.copytree(here, there, ignore=NO_CACHES)
        else:
            shutil.copy(here, there)
