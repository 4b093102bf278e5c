"""The corpus of submissions: each a change to a notebook, and the grade it must get.

A recipe takes the notebook that a student would see and changes it. `lost` names
the points that each task then loses ("all" for every point): what it does not
name keeps its points. `told` is what staff must be able to read about it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.notebook import grade_id_of, is_solution, is_test, points_of, task_of

ROOT = Path(__file__).resolve().parents[3]
ASSIGNMENT = "next_token"
MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$")
VARIANTS = ROOT / "solutions" / "variants" / ASSIGNMENT

Change = Callable[[NotebookNode], None]


@dataclass(frozen=True)
class Submission:
    """A submission to grade: `earned` tells what each task must earn."""

    name: str
    tries: str
    change: Change
    lost: Mapping[str, float | str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    solved: bool = True  # whether the change starts from the solved or the untouched notebook

    def notebook(self) -> NotebookNode:
        """What the student hands in."""
        notebook = solved() if self.solved else released()
        self.change(notebook)
        return notebook

    def earned(self) -> dict[str, float]:
        """The points that every task must earn."""
        return {task: self.keeps(task, points) for task, points in most_points().items()}

    def keeps(self, task: str, points: float) -> float:
        """What is left of a task's points."""
        lost = self.lost.get(task, self.lost.get("*", 0.0))
        return 0.0 if lost == "all" else points - float(lost)


def source() -> NotebookNode:
    """The instructor's notebook."""
    return nbformat.read(ROOT / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)


def released() -> NotebookNode:
    """The notebook that students get."""
    return nbformat.read(ROOT / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb", as_version=4)


def solved() -> NotebookNode:
    """The released notebook with the reference's answers filled in."""
    notebook = released()
    answers = {grade_id_of(cell): cell.source for cell in source().cells if is_solution(cell)}
    for cell in notebook.cells:
        if is_solution(cell):
            lines = answers[grade_id_of(cell)].split("\n")
            cell.source = "\n".join(line for line in lines if not MARKER.match(line))
    return notebook


def most_points() -> dict[str, float]:
    """What every task can earn."""
    return {task_of(cell): points_of(cell) for cell in source().cells if is_test(cell)}


def answer(task: str, code: str) -> Change:
    """Give `code` as the answer to a task."""

    def change(notebook: NotebookNode) -> None:
        cell_of(notebook, task).source = code

    return change


def first(code: str) -> Change:
    """Put a cell of the student's own before all others."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells.insert(0, new_code_cell(code))

    return change


def after(task: str, code: str) -> Change:
    """Put a cell of the student's own behind the answer to a task."""

    def change(notebook: NotebookNode) -> None:
        at = notebook.cells.index(cell_of(notebook, task))
        notebook.cells.insert(at + 1, new_code_cell(code))

    return change


def variant(route: str) -> Change:
    """Answer a task by another right route of `solutions/variants`."""
    task = route.split("__")[0]
    return answer(task, (VARIANTS / f"{route}.py").read_text(encoding="utf-8"))


def several(*changes: Change) -> Change:
    """One change after the other."""

    def change(notebook: NotebookNode) -> None:
        for step in changes:
            step(notebook)

    return change


def nothing(notebook: NotebookNode) -> None:
    """Hand the notebook in as it is."""


def cell_of(notebook: NotebookNode, grade_id: str) -> NotebookNode:
    """The cell of that grade_id."""
    return next(cell for cell in notebook.cells if grade_id_of(cell) == grade_id)


def unanswered(notebook: NotebookNode, *tasks: str) -> None:
    """Put the stubs of some tasks back."""
    stubs = {grade_id_of(cell): cell for cell in released().cells}
    for task in tasks:
        cell_of(notebook, task).source = copy.deepcopy(stubs[task].source)
