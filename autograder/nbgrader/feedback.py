"""Make the feedback page of a submission: `nbgrader generate_feedback` runs this.

How it works: `generate.GenerateFeedback` brings the verdicts, in `resources`, as far as they
are shown by now; `PrepareFeedback` reads the gradebook and decides what the page shows;
`FeedbackExporter`'s template lays it out, in a process that ends in time (`pages.layout`).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Grade as BookedGrade
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import List

from autograder.model.cells import grade_id_of, is_for_staff, is_graded, is_test, nbgrader_of
from autograder.pages.jinja import TEMPLATES
from autograder.pages.layout import PLAIN, PageExporter
from autograder.pages.page import BookedScore, Verdicts, page

VERDICTS = "verdicts"  # in nbconvert's resources


class PrepareFeedback(NbGraderPreprocessor):
    """Decide what a student's page shows; runs after nbgrader's GetGrades."""

    # nbconvert's exporter sets this for every preprocessor, and warns where one does not know it.
    display_data_priority: Any = List().tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the `Page` beside the notebook, and take the tests out of it."""
        nb.cells = [cell for cell in nb.cells if not is_for_staff(cell)]
        about = resources["nbgrader"]
        names = (about["notebook"], about["assignment"], about["student"])
        verdicts = resources.get(VERDICTS, Verdicts())
        with Gradebook(about["db_url"]) as gradebook:
            booked = read_scores(gradebook, nb.cells, names)
            student = gradebook.find_student(about["student"])
            name = " ".join(filter(None, (student.first_name, student.last_name))) or student.id
        resources["feedback"] = page(nb, about, booked, verdicts, name, PLAIN in resources)
        for cell in filter(is_test, nb.cells):
            cell.source, cell.outputs = "", []
        return nb, resources


class FeedbackExporter(PageExporter):
    """The page of a submission, laid out by `templates/feedback`.

    The template is set here and not by configuration: `HTMLExporter.*` also
    configures the formgrader's pages, which have one of their own.
    """

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.template_name, self.template_file = "feedback", "index.html.j2"
        self.extra_template_basedirs = [str(TEMPLATES)]
        self.template_paths = self._template_paths()


def read_scores(
    gradebook: Gradebook, cells: Iterable[NotebookNode], names: tuple[str, str, str]
) -> dict[str, BookedScore]:
    """The scores of a notebook's graded cells by grade_id."""
    graded = [cell for cell in cells if is_graded(cell) or nbgrader_of(cell).get("task")]
    return {
        grade_id_of(cell): score_of(gradebook.find_grade(grade_id_of(cell), *names))
        for cell in graded
    }


def score_of(grade: BookedGrade) -> BookedScore:
    """A gradebook's entry as plain data."""
    return BookedScore(
        score=grade.score,
        max_score=grade.max_score,
        auto_score=grade.auto_score,
        manual_score=grade.manual_score,
        needs_manual_grade=grade.needs_manual_grade,
    )
