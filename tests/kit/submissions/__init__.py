"""The corpus of submissions: each a change to a notebook, and the grade it must get.

A recipe takes the notebook that a student would see and changes it. `lost` names
the points that each task then loses ("all" for every point): what it does not
name keeps its points. `told` is what staff must be able to read about it. `place`
is for what is handed in some other way than as one well-formed notebook.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.model.cells import (
    grade_id_of,
    is_solution,
    is_test,
    nbgrader_of,
    points_of,
    split_regions,
    task_of,
)

ROOT = Path(__file__).resolve().parents[3]
ASSIGNMENT = "next_token"
MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\s*$")
VARIANTS = ROOT / "solutions" / "variants" / ASSIGNMENT
INNOCENT = "s000-anna"  # a neighbour in every class of the corpus, whose work others look for

Change = Callable[[NotebookNode], None]
Place = Callable[[NotebookNode, Path], None]


@dataclass(frozen=True)
class Submission:
    """A submission to grade: `earned` tells what each task must earn."""

    name: str
    tries: str
    change: Change
    lost: Mapping[str, float | str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    solved: bool = True  # whether the change starts from the solved or the untouched notebook
    place: Place | None = None  # how the notebook gets into the student's folder
    open: tuple[str, ...] = ()  # the tasks that a person has to look at
    unread: bool = False  # nobody can grade it: every task waits for a person
    thorough: bool = False  # its grade needs as many examples as Hypothesis draws by default

    def notebook(self) -> NotebookNode:
        """What the student hands in."""
        notebook = solved() if self.solved else released()
        self.change(notebook)
        return notebook

    def hand_in(self, folder: Path) -> None:
        """Put it into `folder`, the student's own for the assignment, which must exist."""
        place = self.place or write_notebook
        place(self.notebook(), folder)

    def earned(self) -> dict[str, float | None]:
        """The points that every task must earn, None for what a person has to look at."""
        return {
            task: None if self.unread or task in self.open else self.keeps(task, points)
            for task, points in most_points().items()
        }

    def keeps(self, task: str, points: float) -> float:
        """What is left of a task's points."""
        lost = self.lost.get(task, self.lost.get("*", 0.0))
        return 0.0 if lost == "all" else points - float(lost)


def write_notebook(notebook: NotebookNode, folder: Path) -> None:
    """Hand in the one file that is asked for."""
    text = as_text(notebook)
    (folder / f"{ASSIGNMENT}.ipynb").write_text(text, encoding="utf-8")


def as_text(notebook: NotebookNode) -> str:
    """The notebook's JSON just as it is: nobody validates or repairs what students hand in."""
    text: str = nbformat.v4.writes(notebook)
    return text


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
            _, lines = split_regions(answers[grade_id_of(cell)], "MARK SCHEME")
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


def last(*codes: str) -> Change:
    """Put cells of the student's own behind all others."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells += [new_code_cell(code) for code in codes]

    return change


def ends_with(task: str, code: str) -> Change:
    """Go on in the cell of an answer."""

    def change(notebook: NotebookNode) -> None:
        cell_of(notebook, task).source += f"\n\n{code.strip()}\n"

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


def without_experiments(submission: Submission) -> Submission:
    """The same, but for the cells that only play: their pictures take a third of the time."""

    def drop(notebook: NotebookNode) -> None:
        cells = notebook.cells
        notebook.cells = [c for c in cells if c.cell_type != "code" or nbgrader_of(c)]

    return replace(submission, change=several(drop, submission.change))


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
