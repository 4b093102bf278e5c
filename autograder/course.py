"""A course folder: where its notebooks, tests and settings lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.errors import GraderError
from autograder.notebook import read_notebook

CONFIG = "nbgrader_config.py"


@dataclass(frozen=True, slots=True)
class Course:
    """The folder that holds `nbgrader_config.py`, `source` and `tests/hidden`."""

    root: Path

    @staticmethod
    def at(folder: Path) -> Course:
        """The course in `folder`; raises GraderError where there is none."""
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
        """The instructor's notebook; raises GraderError where there is none."""
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
