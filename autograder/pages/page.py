"""Decide what the feedback page of a submission shows.

How it works: `page` makes a `Page` from the graded notebook, the verdicts and the scores in
the gradebook; a template only lays it out. Neither the source nor the output of a test cell
reaches the page, and everything by a student passes `sanitize`, `markdown` or `outputs` first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from markupsafe import Markup
from nbformat import NotebookNode

from autograder.model.cells import grade_id_of, is_test, nbgrader_of, task_of
from autograder.model.grade import TaskGrade
from autograder.model.messages import Language, Message, render
from autograder.model.reveal import EVERYTHING, Step, TaskReveal
from autograder.pages.later import say_later
from autograder.pages.markdown import clean_markdown
from autograder.pages.outputs import clean_output
from autograder.pages.sanitize import clean_fragment
from autograder.pages.task import NOT_YET, NOTHING, points, render_task

NO_RESPONSE = "No response."  # nbgrader's own comment on an unchanged answer

State = Literal[
    "full", "follow_on", "partial", "none", "graded", "manual", "review", "pending", "not_graded"
]

# what lost points comes first in the overview, and what is done last
URGENCY: dict[State, int] = {
    **dict.fromkeys(("none", "partial"), 0),
    **dict.fromkeys(("review", "not_graded", "pending"), 1),
    **dict.fromkeys(("graded", "manual"), 2),
    **dict.fromkeys(("follow_on", "full"), 3),
}


@dataclass(frozen=True, slots=True)
class BookedScore:
    """What the gradebook says of one cell; `score` is 0 where nobody has graded it."""

    score: float
    max_score: float
    auto_score: float | None
    manual_score: float | None
    needs_manual_grade: bool


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What grading found in a submission, and how much of it the student is shown by now."""

    tasks: Mapping[str, TaskGrade] = field(default_factory=dict)  # by task
    reveal: Mapping[str, TaskReveal] = field(default_factory=dict)  # by task
    later: tuple[Step, ...] = ()  # when more will be shown of the whole assignment
    language: Language = "de"

    def follows(self, task: str) -> bool:
        """Whether a law of the task failed for an earlier one, and the student is shown that."""
        return task in self.tasks and any(
            outcome.follow_on and self.reveal_of(task).shows("laws", outcome.law.test)
            for outcome in self.tasks[task].outcomes
        )

    def fragment(self, task: str) -> Markup:
        """The feedback on a task; nothing where grading left none."""
        if task not in self.tasks:
            return NOTHING
        return clean_fragment(render_task(self.tasks[task], self.language, self.reveal_of(task)))

    def reveal_of(self, task: str) -> TaskReveal:
        """How much is shown of a task."""
        return self.reveal.get(task, EVERYTHING)


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
    title: str  # of the notebook, or its name
    student: str
    score: str
    points: str
    share: float  # of the points, 0 to 1
    penalty: str | None
    pending: str | None
    later: tuple[str, ...]  # when more will be shown, and what
    rows: tuple[Row, ...]
    cells: tuple[CellView, ...]
    plain: bool = False  # what the student wrote is shown as it is

    def text(self, key: str, **data: str) -> str:
        """A sentence of the catalogue."""
        return render(Message.of(key, **data), self.language)


def page(
    nb: NotebookNode,
    about: Mapping[str, Any],
    booked: Mapping[str, BookedScore],
    verdicts: Verdicts,
    student: str,
    plain: bool,
) -> Page:
    """The page of one notebook.

    `about` is what nbgrader says of it (notebook, score, max_score, late_penalty), `booked`
    the scores by grade_id. With `plain` a student's outputs are text and pictures only.
    """
    language = verdicts.language
    rows = table(nb.cells, booked, verdicts)
    missing = sum(g.max_score for g in booked.values() if booked_state(g, False) == "pending")
    score, most, penalty = about["score"], about["max_score"], about["late_penalty"]
    return Page(
        language=language,
        title=title_of(nb.cells) or about["notebook"],
        student=student,
        score=points(score),
        points=points(most),
        share=min(1.0, max(0.0, score / most)) if most else 0.0,
        penalty=points(penalty) if penalty else None,
        pending=points(missing) if missing else None,
        later=tuple(say_later(step, language) for step in verdicts.later),
        rows=tuple(sorted(rows.values(), key=lambda row: URGENCY[row.state])),
        cells=tuple(cell_view(cell, rows, verdicts, plain) for cell in nb.cells),
        plain=plain,
    )


def table(
    cells: Iterable[NotebookNode], booked: Mapping[str, BookedScore], verdicts: Verdicts
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
        if state == "full" and test and verdicts.follows(task_of(cell)):
            state = "follow_on"
        rows[grade_id] = Row(
            anchor=f"aufgabe-{len(rows) + 1}",
            label=task_of(cell) if test else heading or grade_id,
            code=test,
            score=NOT_YET if state in {"pending", "not_graded"} else points(grade.score),
            points=points(grade.max_score),
            state=state,
        )
    return rows


def booked_state(grade: BookedScore, test: bool) -> State:
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


def title_of(cells: Iterable[NotebookNode]) -> str:
    """The first heading of the notebook; "" where there is none."""
    return next(filter(None, map(first_heading, cells)), "")


def first_heading(cell: NotebookNode) -> str:
    """The first heading of a Markdown cell, without its marks."""
    return headings(cell)[0] if headings(cell) else ""


def last_heading(cell: NotebookNode) -> str:
    """The last heading of a Markdown cell, without its marks."""
    return headings(cell)[-1] if headings(cell) else ""


def headings(cell: NotebookNode) -> list[str]:
    """The headings of a Markdown cell, without their marks, each cut where it is long."""
    if cell.cell_type != "markdown":
        return []
    found = re.findall(r"^#{1,6}[ \t]+(.+)$", cell.source, flags=re.MULTILINE)
    return [re.sub(r"[*_`]", "", each.rstrip(" \t#"))[:80] for each in found]


def cell_view(
    cell: NotebookNode, rows: dict[str, Row], verdicts: Verdicts, plain: bool
) -> CellView:
    """One cell, cleaned and ready to be laid out."""
    row = rows.get(grade_id_of(cell))
    if is_test(cell):
        return CellView("test", cell, row=row, fragment=verdicts.fragment(task_of(cell)))
    return CellView(
        kind="answer" if row else KINDS[cell.cell_type],
        cell=cell,
        outputs=tuple(clean_outputs(cell, verdicts.language, plain)),
        row=row,
        comment=comment(cell, verdicts.language),
    )


PLAIN_KINDS = {"text/plain", "image/png", "image/jpeg"}
KINDS: dict[str, Literal["text", "code", "raw"]] = {
    "markdown": "text",
    "code": "code",
    "raw": "raw",
}


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
        text = render(Message.of("page_no_response"), language)
    return clean_markdown(text)
