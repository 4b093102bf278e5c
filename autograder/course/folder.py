"""A course folder: where its notebooks, tests and settings lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from glob import glob
from pathlib import Path

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.model.cells import read_notebook
from autograder.model.errors import GraderError

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True, slots=True)
class Course:
    """The folder that holds `nbgrader_config.py`, `source` and `tests/hidden`."""

    root: Path

    @staticmethod
    def at(folder: Path) -> Course:
        """The course in `folder`; raises GraderError if it is not a course folder."""
        root = folder.resolve()
        if not (root / CONFIG).is_file():
            raise GraderError(
                f"{root} is no course folder: it holds no {CONFIG}. "
                "Change into the course folder, or name it with --course."
            )
        return Course(root)

    @property
    def assignments(self) -> list[str]:
        """The assignments that have a source."""
        source = self.root / "source"
        return sorted(path.name for path in source.iterdir() if path.is_dir())

    def source(self, assignment: str) -> NotebookNode:
        """The instructor's notebook; raises GraderError for an unknown assignment."""
        path = self.root / "source" / assignment / f"{assignment}.ipynb"
        if not path.is_file():
            known = ", ".join(self.assignments) or "none"
            raise GraderError(
                f"There is no assignment {assignment!r}: {path} is missing. "
                f"The course's assignments: {known}."
            )
        return read_notebook(path.read_text(encoding="utf-8"), name=str(path))

    def config(self) -> Config:
        """The settings in `nbgrader_config.py`."""
        return PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()


def submissions_at(
    directory: CourseDirectory, step: str, assignment: str = "*"
) -> Iterator[tuple[str, Path]]:
    """The students and their folders at one of nbgrader's steps, sorted."""
    wanted = ".*" if assignment == "*" else re.escape(assignment)
    pattern = directory.format_path(step, "(?P<student>.*)", wanted, escape=True)
    for folder in sorted(glob(directory.format_path(step, "*", assignment))):
        found = re.fullmatch(pattern, folder, re.DOTALL)
        if found and Path(folder).is_dir():
            yield found["student"], Path(folder)
