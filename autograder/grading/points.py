"""Whether the points of a notebook's test cells are those of their hidden tests."""

from __future__ import annotations

from collections.abc import Iterable

from nbformat import NotebookNode

from autograder.model.cells import is_test, points_of, task_of
from autograder.model.grade import Law


def compare(notebook: NotebookNode, laws: Iterable[Law]) -> list[str]:
    """What does not fit between a notebook's test cells and the laws; [] where all does."""
    laws = tuple(laws)
    cells = list(filter(is_test, notebook.cells))
    problems = [f"the {problem}" for cell in cells if (problem := mismatch(cell, laws))]
    tasks = set(map(task_of, cells))
    open_tasks = dict.fromkeys(law.task for law in laws if law.task not in tasks)
    return problems + [f"hidden tests of {task} have no cell" for task in open_tasks]


def mismatch(cell: NotebookNode, laws: Iterable[Law]) -> str:
    """That a test cell gives other points than its laws; "" where it does not."""
    task, points = task_of(cell), points_of(cell)
    worth = sum(law.points for law in laws if law.task == task)
    if points == worth:
        return ""
    return f"cell test_{task} gives {points:g} points, its hidden tests {worth:g}"
