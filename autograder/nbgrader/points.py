"""Refuse to release an assignment whose points and hidden tests do not fit together."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.process import collect_apart
from autograder.model.cells import is_test, points_of, task_of
from autograder.model.errors import GraderError
from autograder.model.grade import Law
from autograder.nbgrader.preprocessors import course_of


class CheckPoints(NbGraderPreprocessor):
    """Compare each test cell's points with those of its hidden tests, before anything is made."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        assignment = resources["nbgrader"]["assignment"]
        problems = compare(nb, collect_apart(str(course_of(self).root), assignment))
        if problems:
            raise GraderError(
                f"{assignment} is not released:\n  " + "\n  ".join(problems) + "\n"
                "Change the points of the cells or of the tests until they agree."
            )
        return nb, resources


def compare(notebook: NotebookNode, laws: tuple[Law, ...]) -> list[str]:
    """What does not fit between a notebook's test cells and the laws; [] where all does."""
    worth: dict[str, float] = {}
    for law in laws:
        worth[law.task] = worth.get(law.task, 0.0) + law.points
    cells = {task_of(cell): points_of(cell) for cell in notebook.cells if is_test(cell)}
    problems = [
        f"the cell test_{task} gives {points:g} points, its hidden tests {worth.get(task, 0):g}"
        for task, points in cells.items()
        if points != worth.get(task, 0)
    ]
    problems += [f"hidden tests of {task} have no cell" for task in worth if task not in cells]
    return problems
