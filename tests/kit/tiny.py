"""A course of two functions and one written answer, graded by nbgrader's own command in seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.model.grade import Grade, from_json
from tests.kit.submissions import ROOT

NAME = "tiny"
SUITE = '''
from autograder.testing import agree, points

@points(1, task="double")
def test_two(student):
    """Zweimal eins ist zwei."""
    agree(student.double(1), 2)

@points(2, task="half")
def test_half(student):
    """Die Hälfte von zwei ist eins."""
    agree(student.half(2), 1)
'''
RIGHT = {"double": "def double(x):\n    return 2 * x", "half": "def half(x):\n    return x / 2"}
WRONG = {"double": "def double(x):\n    return 3 * x", "half": "def half(x):\n    return x"}
FULL = {"test_double": 1.0, "test_half": 2.0}


def notebook(answers: dict[str, str]) -> NotebookNode:
    """The assignment's notebook with these answers."""
    cells = [new_markdown_cell("# Zwei Funktionen", id="title")]
    for name, code in answers.items():
        cells.append(new_code_cell(code, id=name, metadata=tag(name, solution=True)))
        points = FULL[f"test_{name}"]
        test = tag(f"test_{name}", grade=True, locked=True, points=points)
        cells.append(new_code_cell(f"print({name}(2))", id=f"test_{name}", metadata=test))
    why = tag("why", grade=True, solution=True, points=1.0)
    cells.append(new_markdown_cell("Weil es so ist.", id="why", metadata=why))
    return new_notebook(cells=cells)


def tag(name: str, **changes: object) -> dict[str, object]:
    """nbgrader's metadata of a cell."""
    data = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": data | {"grade_id": name} | changes}


@dataclass(frozen=True)
class TinyRoom:
    """A course folder with that assignment, released."""

    root: Path

    @staticmethod
    def make(root: Path, *, release: bool = True) -> TinyRoom:
        """Write the course to `root`, which must not exist yet, and release its assignment."""
        (root / "source" / NAME).mkdir(parents=True)
        shutil.copy(ROOT / "nbgrader_config.py", root)
        nbformat.write(notebook(RIGHT), root / "source" / NAME / f"{NAME}.ipynb")
        (root / "tests" / "hidden" / NAME).mkdir(parents=True)
        (root / "tests" / "hidden" / NAME / "test_tiny.py").write_text(SUITE, encoding="utf-8")
        room = TinyRoom(root)
        if release:
            status, said = room.run("nbgrader", "generate_assignment", NAME)
            assert status == 0, said
        return room

    def hand_in(self, student: str, answers: dict[str, str] | None = None) -> Path:
        """Put a submission in its place; its folder."""
        folder = self.root / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook(answers or RIGHT), folder / f"{NAME}.ipynb")
        return folder

    def configure(self, lines: str) -> None:
        """Set nbgrader_config.py to the course's with these lines behind it."""
        text = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
        (self.root / "nbgrader_config.py").write_text(text + lines, encoding="utf-8")

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start a command in the course folder, in a process group of its own."""
        scripts = Path(sys.executable).parent
        return subprocess.Popen(
            [str(scripts / command[0]), *command[1:]],
            cwd=self.root,
            env=os.environ | {"PATH": f"{scripts}:{os.environ['PATH']}"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *command: str) -> tuple[int, str]:
        """Run a command; its status, and what it said."""
        with self.start(*command) as process:
            said, _ = process.communicate()
        return process.returncode, said

    def autograde(self, *options: str) -> tuple[int, str]:
        """Grade the class."""
        return self.run("nbgrader", "autograde", NAME, *options)

    def scores(self, student: str) -> dict[str, float | None]:
        """The automatic scores of the test cells; {} where nobody has graded the student."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "language-models") as book:
            for submission in book.assignment_submissions(NAME):
                if submission.student.id == student:
                    grades = submission.notebooks[0].grades
                    return {g.name: g.auto_score for g in grades if g.name in FULL}
        return {}

    def result(self, student: str) -> Path:
        """Where a student's result file lies."""
        return self.root / "autograded" / student / NAME / f"{NAME}.result.json"

    def grade(self, student: str) -> Grade:
        """What the result file says."""
        return from_json(self.result(student).read_bytes())
