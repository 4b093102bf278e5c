"""Lay out the page of a submission: `nbgrader generate_feedback` runs this.

How it works. `PrepareFeedback` decides what the page shows (`Page`), from the
autograded notebook and the gradebook; `FeedbackExporter`'s template only lays it
out, in a process that ends in time (`layout`). The source of a test cell never
reaches the page, and everything by a student passes `markup` first.

The formgrader's page of a submission is nbgrader's: its template escapes nothing.
`PrepareView` therefore makes all that it gets harmless, however it was stored, and
`templates/formgrader.html.j2` gives it a policy.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, cast

from jinja2 import Environment
from markupsafe import Markup, escape
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Grade as BookedGrade
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, List

from autograder.model.cells import (
    grade_id_of,
    is_for_staff,
    is_graded,
    is_test,
    nbgrader_of,
    task_of,
)
from autograder.model.messages import Language, Message, say
from autograder.pages.layout import PLAIN, PageExporter
from autograder.pages.markup import clean_fragment, clean_markdown, clean_output
from autograder.pages.task import NOT_YET, NOTHING, TEMPLATES, points

NO_RESPONSE = "No response."  # nbgrader's own comment on an unchanged answer

State = Literal["full", "partial", "none", "graded", "manual", "review", "pending", "not_graded"]


@dataclass(frozen=True, slots=True)
class Row:
    """One graded cell in the table of tasks."""

    anchor: str
    label: str
    code: bool  # whether the label is a name in the notebook
    score: str
    points: str
    state: State


@dataclass(frozen=True, slots=True)
class CellView:
    """One cell of the notebook as the page shows it."""

    kind: Literal["text", "code", "raw", "test", "answer"]
    cell: NotebookNode
    outputs: tuple[NotebookNode, ...] = ()
    row: Row | None = None
    fragment: Markup = NOTHING
    comment: Markup = NOTHING


@dataclass(frozen=True, slots=True)
class Page:
    """All that the template of a submission's page needs."""

    language: Language
    notebook: str
    student: str
    score: str
    points: str
    share: float  # of the points, 0 to 1
    penalty: str | None
    pending: str | None
    rows: tuple[Row, ...]
    cells: tuple[CellView, ...]
    plain: bool = False  # what the student wrote is shown as it is

    def text(self, key: str, **data: str) -> str:
        """A sentence of the catalogue."""
        return say(Message.of(key, **data), self.language)


class PrepareFeedback(NbGraderPreprocessor):
    """Decide what a student's page shows; runs after nbgrader's GetGrades."""

    language = Enum(["de", "en"], "de", help="The language of the page.").tag(config=True)

    # nbconvert's exporter sets this for every preprocessor, and warns where one does not know it.
    display_data_priority: Any = List().tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put the `Page` beside the notebook, and take the tests out of it."""
        nb.cells = [cell for cell in nb.cells if not is_for_staff(cell)]
        about = resources["nbgrader"]
        names = (about["notebook"], about["assignment"], about["student"])
        language = cast(Language, self.language)
        with Gradebook(about["db_url"]) as gradebook:
            booked = {
                grade_id_of(cell): gradebook.find_grade(grade_id_of(cell), *names)
                for cell in nb.cells
                if is_graded(cell) or nbgrader_of(cell).get("task")
            }
            student = gradebook.find_student(about["student"])
            name = " ".join(filter(None, (student.first_name, student.last_name)))
            plain = PLAIN in resources
            resources["feedback"] = page(nb, about, booked, name or student.id, language, plain)
        for cell in filter(is_test, nb.cells):
            cell.source, cell.outputs = "", []
        return nb, resources


def page(
    nb: NotebookNode,
    about: dict[str, Any],
    booked: dict[str, BookedGrade],
    student: str,
    language: Language,
    plain: bool,
) -> Page:
    """The page of one notebook, from its cells and its grades in the gradebook."""
    rows = table(nb.cells, booked, language)
    missing = sum(g.max_score for g in booked.values() if booked_state(g, False) == "pending")
    score, most, penalty = about["score"], about["max_score"], about["late_penalty"]
    return Page(
        language=language,
        notebook=about["notebook"],
        student=student,
        score=points(score, language),
        points=points(most, language),
        share=min(1.0, max(0.0, score / most)) if most else 0.0,
        penalty=points(penalty, language) if penalty else None,
        pending=points(missing, language) if missing else None,
        rows=tuple(rows.values()),
        cells=tuple(cell_view(cell, rows, language, plain) for cell in nb.cells),
        plain=plain,
    )


def table(
    cells: Iterable[NotebookNode], booked: dict[str, BookedGrade], language: Language
) -> dict[str, Row]:
    """A row for each graded cell by its grade_id, in the order of the notebook."""
    rows: dict[str, Row] = {}
    heading = ""
    for cell in cells:
        heading = last_heading(cell) or heading
        grade_id = grade_id_of(cell)
        if grade_id not in booked:
            continue
        grade, test = booked[grade_id], is_test(cell)
        state = booked_state(grade, test)
        rows[grade_id] = Row(
            anchor=f"aufgabe-{len(rows) + 1}",
            label=task_of(cell) if test else heading or grade_id,
            code=test,
            score=NOT_YET if state in {"pending", "not_graded"} else points(grade.score, language),
            points=points(grade.max_score, language),
            state=state,
        )
    return rows


def booked_state(grade: BookedGrade, test: bool) -> State:
    """How far a cell is graded. nbgrader counts what nobody has graded as 0."""
    if grade.manual_score is not None:
        return "review" if grade.needs_manual_grade else "manual"
    if grade.needs_manual_grade or grade.auto_score is None:
        return "not_graded" if test else "pending"
    if not test:
        return "graded"
    if grade.score >= grade.max_score:
        return "full"
    return "partial" if grade.score > 0 else "none"


def last_heading(cell: NotebookNode) -> str:
    """The last heading of a Markdown cell, without its marks."""
    if cell.cell_type != "markdown":
        return ""
    found = re.findall(r"^#{1,6}[ \t]+(.+)$", cell.source, flags=re.MULTILINE)
    return re.sub(r"[*_`]", "", found[-1].rstrip(" \t#"))[:80] if found else ""


def cell_view(
    cell: NotebookNode, rows: dict[str, Row], language: Language, plain: bool
) -> CellView:
    """One cell, cleaned and ready to be laid out."""
    row = rows.get(grade_id_of(cell))
    if is_test(cell):
        return CellView("test", cell, row=row, fragment=trusted_fragment(cell))
    return CellView(
        kind="answer" if row else KINDS[cell.cell_type],
        cell=cell,
        outputs=tuple(clean_outputs(cell, language, plain)),
        row=row,
        comment=comment(cell, language),
    )


PLAIN_KINDS = {"text/plain", "image/png", "image/jpeg"}
KINDS: dict[str, Literal["text", "code", "raw"]] = {
    "markdown": "text",
    "code": "code",
    "raw": "raw",
}


def trusted_fragment(cell: NotebookNode) -> Markup:
    """What `render_task` put into a test cell, or nothing where it did not.

    The output of a test cell that ran as plain nbgrader would run it can hold
    hidden tests in a traceback, so nothing but a fragment is ever shown.
    """
    if len(cell.outputs) == 1 and cell.outputs[0].output_type == "execute_result":
        html = cell.outputs[0].data.get("text/html", "")
        if html.startswith('<section class="ag-task">'):
            return clean_fragment(html)
    return Markup()


def clean_outputs(cell: NotebookNode, language: Language, plain: bool) -> Iterator[NotebookNode]:
    """The outputs of a student's cell, cleaned once more; `plain` ones are text and pictures."""
    for output in cell.get("outputs", []):
        if plain and isinstance(data := output.get("data"), dict):
            output.data = NotebookNode({k: v for k, v in data.items() if k in PLAIN_KINDS})
        cleaned = clean_output(output, language=language)
        if cleaned is not None:
            yield cleaned


def comment(cell: NotebookNode, language: Language) -> Markup:
    """What a person, or nbgrader, wrote about an answer."""
    text = str(nbgrader_of(cell).get("comment") or "")
    if text == NO_RESPONSE:
        text = say(Message.of("page_no_response"), language)
    return clean_markdown(text)


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


class ViewExporter(PageExporter):
    """The formgrader's page of a submission: nbconvert's exporter as it is configured."""


class PrepareView(Preprocessor):
    """Make a submission harmless before the formgrader shows it to staff."""

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Clean every cell, and escape the names that nbgrader's template writes as they are."""
        if "submission_id" not in resources:  # another exporter with the same configuration
            return nb, resources
        for name in NAMES & resources.keys():
            if isinstance(resources[name], str):
                resources[name] = str(escape(resources[name]))
        language = nb.metadata.get("language_info", {}).get("name")
        nb.metadata = NotebookNode(language_info=NotebookNode(name=str(language)))
        plain = PLAIN in resources
        for cell in nb.cells:
            prepare_cell(cell, plain)
        if plain:
            nb.cells.insert(0, new_markdown_cell(SHOWN_PLAINLY))
        return nb, resources


SHOWN_PLAINLY = (
    "For staff only: this notebook could not be laid out in the time given (page_seconds). "
    "It is shown as plain text; the points are not touched by that."
)
NAMES = {"assignment_id", "first_name", "last_name", "notebook_id", "notebook_path", "student"}


def prepare_cell(cell: NotebookNode, plain: bool) -> None:
    """Clean a cell in place; its Markdown and its code pass filters when they are laid out."""
    cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k == "nbgrader"})
    if cell.cell_type == "raw":
        cell.source = str(Markup("<pre>{}</pre>").format(cell.source))
    elif cell.cell_type == "code":
        fragment = trusted_fragment(cell) if is_test(cell) else NOTHING
        data = {"text/html": str(fragment)}
        cell.outputs = (
            [new_output("execute_result", data)]
            if fragment
            else list(clean_outputs(cell, "de", plain))
        )


def guard_formgrader() -> None:
    """Have the formgrader escape names, end pages in time, and show no answer as a page.

    nbgrader writes what stands in an address, such as a student's id, into its pages
    as it is, so that a link could bring a script. There is no setting for that: these
    are the places where it decides. Outside of the formgrader there is nothing to do.
    """
    formgrader: Any = sys.modules.get("nbgrader.server_extensions.formgrader.formgrader")
    if formgrader is None:
        return
    formgrader.HTMLExporter = ViewExporter
    formgrader.Environment = partial(Environment, autoescape=True, finalize=written)
    no_page = property(lambda _: "default-src 'none'; sandbox")
    formgrader.apihandlers.BaseApiHandler.content_security_policy = no_page
    formgrader.handlers.SubmissionFilesHandler.content_security_policy = no_page


def written(value: object) -> Markup:
    """A value for HTML and for a string of JavaScript alike, where entities stay as they are."""
    if isinstance(value, Markup):
        return value
    return Markup(str(value).translate(ENTITIES))  # noqa: S704 -- nothing can end a text or a string


ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in '<>"\\\n\r\u2028\u2029'}
