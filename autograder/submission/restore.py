"""Make of what a student handed in a notebook that has the shape of the source.

How it works: of a submitted cell only what a student may change is kept: the
text of answers, and cells of their own. Everything else (metadata, tags, points,
the text of locked cells) is the source's. Cells stay where the student has them, and
copies of answers still run: a test cell meets the definition that "restart and run all"
would show it (`recognise`). Only what is missing is added, and a test cell that
stands above everything that it could test is put behind it, so that a copy of the
kernel is taken at every test cell, once.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.model.cells import (
    PREFIX,
    grade_id_of,
    is_locked,
    is_solution,
    is_test,
    says_the_same,
    text_of,
    tidy,
)
from autograder.submission.recognise import Recognised, recognise

PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True, slots=True)
class Restored:
    """The notebook to be graded, and what was unusual about the submission, for staff."""

    notebook: NotebookNode
    remarks: tuple[str, ...]


def restore(submitted: NotebookNode, source: NotebookNode) -> Restored:
    """The submission in the source's shape; neither argument is changed."""
    remarks: list[str] = []
    known = {grade_id_of(cell): cell for cell in source.cells if grade_id_of(cell)}
    found = recognise(submitted.cells, source.cells)
    note_recognised(submitted.cells, found, remarks)
    note_copies(found, remarks)
    cells = [
        restore_cell(cell, known.get(name), remarks)
        for place, (cell, name) in enumerate(zip(submitted.cells, found.names, strict=True))
        if not is_same_test(cell, known.get(found.copies.get(place, "")))
    ]
    cells = place_known(cells, list(known.values()), found.late, remarks)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # a copied cell has its original's id
    notebook = copy.deepcopy(source)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = cells
    return Restored(notebook, tuple(remarks))


def note_recognised(cells: list[NotebookNode], found: Recognised, remarks: list[str]) -> None:
    """Tell staff which cells had lost their grade_id."""
    named = zip(cells, found.names, strict=True)
    if names := [name for cell, name in named if name and name != grade_id_of(cell)]:
        what = "their text, the name they define or their place"
        remarks.append(f"cells without grade_id were recognised by {what}: {', '.join(names)}")


def note_copies(found: Recognised, remarks: list[str]) -> None:
    """Tell staff which cells were there more than once, and which of them counts."""
    for name in dict.fromkeys(found.copies.values()):
        places = [place for place, copied in found.copies.items() if copied == name]
        kept = found.names.index(name) if name in found.names else -1
        number = 1 + sum(place < kept for place in places)
        which = f"number {number} of {len(places) + 1} counts"
        remarks.append(f"cell {name}: it was there more than once, {which}")


def is_same_test(cell: NotebookNode, original: NotebookNode | None) -> bool:
    """Whether a copy repeats a test cell; one that was changed is code of the student's own."""
    return original is not None and is_test(original) and says_the_same(cell, original)


def restore_cell(
    cell: NotebookNode, original: NotebookNode | None, remarks: list[str]
) -> NotebookNode:
    """The cell without anything that a student may not set."""
    if original is None:
        return plain_cell(cell)
    restored = copy.deepcopy(original)
    clear_outputs(restored)
    if is_solution(original):
        restored.source = text_of(cell)
        keep_pictures(cell, restored)
        if cell.get("cell_type") != original.cell_type:
            remarks.append(f"cell {grade_id_of(original)}: its type was restored")
    elif not says_the_same(cell, original):
        remarks.append(f"cell {grade_id_of(original)}: its locked text was restored")
    return restored


def plain_cell(cell: NotebookNode) -> NotebookNode:
    """A cell of the student's own: its kind and its text."""
    kind = cell.get("cell_type")
    kind = kind if kind in ("code", "markdown", "raw") else "raw"
    plain = NotebookNode(cell_type=kind, metadata=NotebookNode(), source=text_of(cell))
    keep_pictures(cell, plain)
    clear_outputs(plain)
    return plain


def keep_pictures(cell: NotebookNode, restored: NotebookNode) -> None:
    """Carry over the pictures that a student pasted into a text cell."""
    restored.pop("attachments", None)
    attached = cell.get("attachments")
    if restored.cell_type == "markdown" and isinstance(attached, dict):
        restored["attachments"] = {
            tidy(name): NotebookNode({kind: bundle[kind] for kind in PICTURES if kind in bundle})
            for name, bundle in attached.items()
            if isinstance(bundle, dict) and all(isinstance(v, str) for v in bundle.values())
        }


def clear_outputs(cell: NotebookNode) -> None:
    """Forget what the student's kernel showed: only ours counts."""
    if cell.cell_type == "code":
        cell.outputs = []
        cell.execution_count = None


def place_known(
    cells: list[NotebookNode],
    known: list[NotebookNode],
    late: Collection[str],
    remarks: list[str],
) -> list[NotebookNode]:
    """The cells with every cell of the source in them, each where it can do its work."""
    placed = list(cells)
    before = -1  # the position of the source's previous cell
    for number, original in enumerate(known):
        name = grade_id_of(original)
        at = position(placed, name)
        if at is None:
            remarks.append(f"cell {name}: it was missing")
        elif name in late:
            placed.pop(at)
        elif is_given(original) and first_of(placed, known[number + 1 :]) < at:
            placed[at] = plain_cell(placed[at])  # the values that it sets there are still set
        else:
            before = at
            continue
        if at is not None:
            remarks.append(f"cell {name}: it was put back in its place")
        before = place_of(placed, known, number, before)
        placed.insert(before, empty(original))
    return placed


def place_of(cells: list[NotebookNode], known: list[NotebookNode], number: int, before: int) -> int:
    """Where a cell of the source belongs.

    A test cell behind the code that comes before it in the source, an answer above its
    test cell, given code above all that comes later, and what is left behind `before` and
    behind the given code that comes before it in the source.
    """
    original = known[number]
    if is_test(original):
        code = [cell for cell in known[:number] if cell.cell_type == "code" and not is_test(cell)]
        places = [at for cell in code if (at := position(cells, grade_id_of(cell))) is not None]
        return end_of_section(cells, max(places, default=-1))
    if is_given(original):
        return min(first_of(cells, known[number + 1 :]), end_of_section(cells, before))
    if (test := position(cells, PREFIX + grade_id_of(original))) is not None:
        return test
    given = (position(cells, grade_id_of(cell)) for cell in known[:number] if is_given(cell))
    return end_of_section(cells, max([before, *(at for at in given if at is not None)]))


def is_given(original: NotebookNode) -> bool:
    """Whether a cell is code of the course that runs."""
    return original.cell_type == "code" and is_locked(original) and not is_test(original)


def first_of(cells: list[NotebookNode], known: list[NotebookNode]) -> int:
    """Where the first of some code cells of the source stands, or the end."""
    names = {grade_id_of(cell) for cell in known if cell.cell_type == "code"}
    return next((i for i, cell in enumerate(cells) if grade_id_of(cell) in names), len(cells))


def position(cells: list[NotebookNode], name: str) -> int | None:
    """Where the cell of that grade_id stands."""
    return next((i for i, cell in enumerate(cells) if grade_id_of(cell) == name), None)


def empty(original: NotebookNode) -> NotebookNode:
    """The source's cell, without its solution where it is an answer."""
    missing = copy.deepcopy(original)
    clear_outputs(missing)
    if is_solution(original):
        missing.source = ""
    return missing


def end_of_section(cells: list[NotebookNode], after: int) -> int:
    """Where a cell goes that belongs behind `after`: before the next cell of the source."""
    at = after + 1
    while at < len(cells) and not grade_id_of(cells[at]):
        at += 1
    return at
