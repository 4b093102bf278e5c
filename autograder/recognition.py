"""Recognise the cells of the source in a submission that has lost its metadata.

Some editors drop the metadata of cells, and with it nbgrader's grade_ids. A cell
is then known by its text (locked ones), by the name that it defines (answers in
code) or, where no grade_id at all is left, by its place (answers in words).
Students can only have their own text graded this way: a wrong guess pays nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.notebook import grade_id_of, is_locked, is_solution, text_of, visible_text

DEFINED = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


def recognise(submitted: list[NotebookNode], source: list[NotebookNode]) -> list[str]:
    """For each submitted cell the grade_id of the source's cell that it is, or ""."""
    known = {name: cell for cell in source if (name := grade_id_of(cell))}
    names = [name if (name := grade_id_of(cell)) in known else "" for cell in submitted]
    lost_all = not any(names)
    for name, original in known.items():
        if name not in names and is_locked(original):
            claim(names, name, same_text(submitted, original))
    for name, original in known.items():
        if name not in names and is_solution(original):
            claim(names, name, same_definition(submitted, original))
    order = list(known)
    given = {text_of(cell).strip() for cell in source if not grade_id_of(cell)}
    own = [cell if text_of(cell).strip() not in given else None for cell in submitted]
    for name, original in known.items():
        if lost_all and name not in names and is_solution(original):
            claim(names, name, same_place(own, names, order, original))
    return names


def claim(names: list[str], name: str, places: Iterable[int]) -> None:
    """Give the name to the first of these cells that has none."""
    at = next((place for place in places if not names[place]), None)
    if at is not None:
        names[at] = name


def same_text(cells: list[NotebookNode], original: NotebookNode) -> list[int]:
    """Where the locked cell's text stands."""
    text = visible_text(original).strip()
    return [i for i, cell in enumerate(cells) if text_of(cell).strip() == text]


def same_definition(cells: list[NotebookNode], original: NotebookNode) -> list[int]:
    """Which code cells define what the answer has to define, the last one first."""
    wanted = defined(original.source)[:1]
    places = [
        i
        for i, cell in enumerate(cells)
        if cell.get("cell_type") == "code" and wanted and wanted[0] in defined(text_of(cell))
    ]
    return places[::-1]


def same_place(
    cells: list[NotebookNode | None], names: list[str], order: list[str], original: NotebookNode
) -> list[int]:
    """Which cells of its type stand between the cells before and behind it in the source."""
    at = order.index(grade_id_of(original))
    before = max((names.index(name) for name in order[:at] if name in names), default=-1)
    behind = [names.index(name) for name in order[at + 1 :] if name in names]
    end = min((place for place in behind if place > before), default=len(cells))
    kind = original.cell_type
    return [
        i
        for i, cell in enumerate(cells)
        if before < i < end and cell is not None and cell.get("cell_type") == kind
    ]


def defined(code: str) -> list[str]:
    """The names that code defines at its top level, functions before variables."""
    found = DEFINED.findall(code)
    return [name for name, _ in found if name] + [name for _, name in found if name]
