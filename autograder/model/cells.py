"""Read a notebook, and classify its cells: test cells, the student's, the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

import nbformat
from nbformat import NotebookNode

from autograder.model.errors import GraderError

KEY = "autograder"  # where the kit notes something in metadata, or in nbconvert's resources
LINE_BYTES = 16  # that the JSON of a notebook has for a line, however short the line is
STAFF = "staff"  # under that key: a cell that no student is shown
PREFIX = "test_"  # the test cell of task `f` has the grade_id `test_f`
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)[\s#]*$", re.MULTILINE)
LONGEST_HEADING = 60


def read_notebook(text: str, *, name: str) -> NotebookNode:
    """The notebook in nbformat 4; raises GraderError, naming it, for anything else."""
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:
        raise GraderError(f"{name} is no notebook: {error}.") from error


def nbgrader_of(cell: NotebookNode) -> dict[str, object]:
    """The cell's nbgrader metadata; empty where it has none or something else."""
    data = cell.get("metadata", {}).get("nbgrader")
    return data if isinstance(data, dict) else {}


def grade_id_of(cell: NotebookNode) -> str:
    """The cell's grade_id, or ""."""
    name = nbgrader_of(cell).get("grade_id")
    return name if isinstance(name, str) else ""


def is_test(cell: NotebookNode) -> bool:
    """Whether hidden tests decide over this cell's points."""
    data = nbgrader_of(cell)
    return bool(cell.cell_type == "code" and data.get("grade") and not data.get("solution"))


def is_graded(cell: NotebookNode) -> bool:
    """Whether the cell earns points, from hidden tests or from a person."""
    return bool(nbgrader_of(cell).get("grade"))


def is_solution(cell: NotebookNode) -> bool:
    """Whether the cell holds a student's answer, code or text."""
    return bool(nbgrader_of(cell).get("solution"))


def is_locked(cell: NotebookNode) -> bool:
    """Whether students may not change the cell."""
    data = nbgrader_of(cell)
    return not is_solution(cell) and bool(data.get("grade") or data.get("locked"))


def task_of(cell: NotebookNode) -> str:
    """The function or variable that a test cell grades."""
    return grade_id_of(cell).removeprefix(PREFIX)


def points_of(cell: NotebookNode) -> float:
    """The most that a graded cell can earn; raises GraderError where it does not say."""
    points = nbgrader_of(cell).get("points")
    if isinstance(points, bool) or not isinstance(points, int | float):
        raise GraderError(f"The cell {grade_id_of(cell)!r} has no points.")
    return float(points)


def is_for_staff(cell: NotebookNode) -> bool:
    """Whether grading put the cell there for staff alone."""
    return bool(cell.get("metadata", {}).get(KEY) == STAFF)


def text_of(cell: NotebookNode) -> str:
    """The cell's text, "" where it has none."""
    text = cell.get("source", "")
    return text if isinstance(text, str) else ""


def visible_text(cell: NotebookNode) -> str:
    """A locked cell's text as students got it, without the hidden region."""
    return "\n".join(split_regions(cell.source, "HIDDEN TESTS")[1])


def split_regions(text: str, *kinds: str) -> tuple[list[str], list[str]]:
    """The lines inside of nbgrader's regions of these kinds, and those outside; no delimiters.

    As for nbgrader, a line is a delimiter that holds the words, such as BEGIN HIDDEN TESTS.
    """
    inside: list[str] = []
    outside: list[str] = []
    lines = outside
    for line in text.split("\n"):
        if any(f"BEGIN {kind}" in line for kind in kinds):
            lines = inside
        elif any(f"END {kind}" in line for kind in kinds):
            lines = outside
        else:
            lines.append(line)
    return inside, outside


def place_of(cells: Sequence[NotebookNode], index: int) -> str:
    """Where a person finds a cell: its grade_id, or its number below the heading above it.

    JupyterLab shows no numbers of cells. The heading may be a student's: it is cut to one line.
    """
    if name := grade_id_of(cells[index]):
        return f"cell {name}"
    for above in range(index - 1, -1, -1):
        headings = cells[above].cell_type == "markdown" and HEADING.findall(text_of(cells[above]))
        if headings:
            heading = "".join(filter(str.isprintable, headings[-1][:LONGEST_HEADING]))
            return f"cell {index - above} below the heading '{heading}'"
    return f"cell {index + 1} from the top"


def says_the_same(cell: NotebookNode, original: NotebookNode) -> bool:
    """Whether a cell has the text that students got, but for what editors change at line ends."""
    return lines_of(text_of(cell)) == lines_of(visible_text(original))


def lines_of(text: str) -> list[str]:
    """The lines of a text, without the space at their ends and around them all."""
    return [line.rstrip() for line in text.strip().splitlines()]


def tidy(text: str) -> str:
    """The text without NUL and halves of surrogate pairs, which no file or page can hold."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "")
