"""Refuse to release an assignment whose points and hidden tests do not fit together."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading.points import compare
from autograder.grading.process import collect_in_subprocess
from autograder.model.errors import GraderError
from autograder.nbgrader.preprocessors import course_of


class CheckPoints(NbGraderPreprocessor):
    """Compare each test cell's points with those of its hidden tests, before anything is made."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        assignment = resources["nbgrader"]["assignment"]
        problems = compare(nb, collect_in_subprocess(str(course_of(self).root), assignment))
        if problems:
            raise GraderError(
                f"{assignment} is not released:\n  " + "\n  ".join(problems) + "\n"
                "Change the points of the cells or of the tests until they agree."
            )
        return nb, resources
