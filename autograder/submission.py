"""Make of what a student handed in a notebook that has the shape of the source.

How it works: of a submitted cell only what a student may change is kept: the
text of answers, and cells of their own. Everything else (metadata, tags, points,
the text of locked cells) is the source's. Locked cells that are missing, copied
or out of place are put where the source has them, so that a copy of the kernel
is taken at every test cell, once, after the answer that it grades.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.notebook import grade_id_of, is_locked, is_solution, text_of, tidy, visible_text
from autograder.recognition import recognise

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
    names = recognise(submitted.cells, source.cells)
    note_recognised(submitted.cells, names, remarks)
    cells = [
        restore_cell(cell, known.get(name), remarks)
        for cell, name in zip(submitted.cells, names, strict=True)
    ]
    cells = place_known(forget_copies(cells, remarks), list(known.values()), remarks)
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"  # a copied cell has its original's id
    notebook = copy.deepcopy(source)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.cells = cells
    return Restored(notebook, tuple(remarks))


def note_recognised(cells: list[NotebookNode], names: list[str], remarks: list[str]) -> None:
    """Tell staff which cells had lost their grade_id."""
    found = [name for cell, name in zip(cells, names, strict=True) if name != grade_id_of(cell)]
    if found := [name for name in found if name]:
        what = "their text, the name they define or their place"
        remarks.append(f"cells without grade_id were recognised by {what}: {', '.join(found)}")


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
    elif text_of(cell) != visible_text(original):
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


def forget_copies(cells: list[NotebookNode], remarks: list[str]) -> list[NotebookNode]:
    """Of several cells with one grade_id the last stays it; copies of answers still run."""
    seen: set[str] = set()
    kept: list[NotebookNode] = []
    for cell in reversed(cells):
        name = grade_id_of(cell)
        if name and name in seen:
            remarks.append(f"cell {name}: it was there more than once")
            if is_locked(cell):
                continue
            cell = plain_cell(cell)
        seen.add(name)
        kept.append(cell)
    return kept[::-1]


def place_known(
    cells: list[NotebookNode], known: list[NotebookNode], remarks: list[str]
) -> list[NotebookNode]:
    """The cells with every cell of the source in them, each after its predecessor."""
    placed = list(cells)
    after = -1  # the position of the source's previous cell
    for original in known:
        name = grade_id_of(original)
        at = next((i for i, cell in enumerate(placed) if grade_id_of(cell) == name), None)
        if at is None:
            remarks.append(f"cell {name}: it was missing")
            missing = copy.deepcopy(original)
            clear_outputs(missing)
            if is_solution(original):
                missing.source = ""
            at = end_of_section(placed, after)
            placed.insert(at, missing)
        elif at < after and is_locked(original):
            remarks.append(f"cell {name}: it was put back in its place")
            moved = placed.pop(at)
            at = end_of_section(placed, after - 1)
            placed.insert(at, moved)
        after = max(after, at)
    return placed


def end_of_section(cells: list[NotebookNode], after: int) -> int:
    """Where a cell goes that belongs behind `after`: before the next cell of the source."""
    at = after + 1
    while at < len(cells) and not grade_id_of(cells[at]):
        at += 1
    return at
