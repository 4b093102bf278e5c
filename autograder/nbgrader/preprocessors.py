"""The steps that nbgrader runs on a restored submission: grade it, record the points.

`nbgrader_config.py` names these classes, so that `nbgrader autograde` and the
formgrader's button use them. They find the course folder through nbgrader's own
`CourseDirectory`.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.course.settings import SettingsTraits
from autograder.grading.grade import Result
from autograder.grading.intake import ReadResult
from autograder.grading.pipeline import grade_submission
from autograder.model.cells import (
    KEY,
    STAFF,
    grade_id_of,
    is_graded,
    is_solution,
    is_test,
    read_notebook,
    split_regions,
    task_of,
    text_of,
)
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.model.messages import Language, Message, render
from autograder.model.remarks import take_noticed

Resources = dict[str, Any]
GRADED = "a grade that was made before"  # among the resources
SHOWN_REMARKS = 40
REGIONS = ("SOLUTION", "MARK SCHEME")  # of an answer that a person grades, kept from students
SCHEME = "**For staff only: model answer and mark scheme**"

Graded = tuple[ReadResult, Result]  # a submission, and what came of it


class GradeSubmission(SettingsTraits, NbGraderPreprocessor):
    """Run the notebook in the sandbox and the hidden tests outside it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        settings, names = self.settings, resources["nbgrader"]
        submission, (known, result) = submission_in(nb), resources.pop(GRADED, None) or (None, None)
        if result is None or submission != known:  # another step has changed it
            course = Path(course_of(self).root)
            result = grade_submission(course, names["assignment"], submission, settings)
        self.log_grade(result.grade, names["student"])
        resources[KEY] = result.grade
        graded = read_notebook(result.notebook, name="The graded notebook")
        explained = fault_cells(submission.noticed.fault, settings.language)
        add_mark_schemes(graded, source_of(self, names["assignment"], names["notebook"]))
        graded.cells[:0] = [*staff_cells(result.grade), *explained]
        return graded, resources

    def log_grade(self, grade: Grade, student: str) -> None:
        """Tell the instructor about this submission while the class is graded."""
        for cause, tasks in groupby(grade.tasks, key=lambda task: task.cause):
            if cause:
                names = ", ".join(task.task for task in tasks)
                self.log.error("%s: not graded: %s: %s", student, names, cause)
        for remark in grade.remarks:
            self.log.warning("%s: %s", student, remark)
        earned = "?" if grade.earned is None else f"{grade.earned:g}"
        self.log.info("%s: %s of %g points", student, earned, grade.points)


class RecordGrades(SaveAutoGrades):
    """Write the points into the gradebook; what was not graded waits for a person.

    The points come from the grade itself, never from an output in the notebook.
    """

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        if not is_test(cell):
            super()._add_score(cell, resources)
            return
        graded = resources.get(KEY)
        if not isinstance(graded, Grade):
            raise GraderError(
                "RecordGrades found no grade: autograder.nbgrader.preprocessors.GradeSubmission "
                "must come before it in c.Autograde.autograde_preprocessors."
            )
        earned = {task.task: task.earned for task in graded.tasks}[task_of(cell)]
        booked = self.gradebook.find_grade(
            cell.metadata.nbgrader["grade_id"],
            self.notebook_id,
            self.assignment_id,
            self.student_id,
        )
        booked.auto_score = earned
        booked.needs_manual_grade = earned is None or booked.manual_score is not None
        self.gradebook.db.commit()


def submission_in(notebook: NotebookNode) -> ReadResult:
    """The restored submission in a notebook, which loses the remarks; raises GraderError."""
    noticed = take_noticed(notebook)
    return ReadResult(nbformat.writes(notebook), noticed)


def course_of(step: NbGraderPreprocessor) -> CourseDirectory:
    """The course that a step works on."""
    return CourseDirectory(parent=step)


def staff_cells(grade: Grade) -> list[NotebookNode]:
    """A cell that shows the formgrader what was unusual; feedback leaves it out."""
    lines = [*grade.remarks, *sorted({task.cause for task in grade.tasks if task.cause})]
    if not lines:
        return []
    items = "".join(
        f"<li>{escape(' '.join(line.split())[:400])}</li>" for line in lines[:SHOWN_REMARKS]
    )
    cell = new_markdown_cell(
        f"<div><b>For staff only: what was unusual</b><ul>{items}</ul></div>", id=STAFF
    )
    cell.metadata[KEY] = STAFF
    return [cell]


def source_of(step: NbGraderPreprocessor, assignment: str, name: str) -> NotebookNode:
    """The instructor's notebook; raises GraderError where it can't be read."""
    course = course_of(step)
    folder = course.format_path(course.source_directory, ".", assignment)
    path = Path(folder) / f"{name}.ipynb"
    try:
        return read_notebook(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as error:
        raise GraderError(f"The source notebook {path} can't be read: {error}.") from error


def add_mark_schemes(graded: NotebookNode, source: NotebookNode) -> None:
    """Put behind each answer that a person grades what the source says of it, for staff only.

    That is its model answer and mark scheme; feedback leaves them out.
    """
    schemes = {
        grade_id_of(cell): scheme_of(cell)
        for cell in source.cells
        if is_graded(cell) and is_solution(cell)
    }
    for index in range(len(graded.cells) - 1, -1, -1):
        name = grade_id_of(graded.cells[index])
        if text := schemes.get(name):
            cell = new_markdown_cell(f"{SCHEME}\n\n{text}", id=f"scheme-{index}")
            cell.metadata[KEY] = STAFF
            graded.cells.insert(index + 1, cell)


def scheme_of(cell: NotebookNode) -> str:
    """What the source keeps from students in an answer's cell, its regions as paragraphs."""
    regions = ("\n".join(split_regions(text_of(cell), kind)[0]).strip() for kind in REGIONS)
    return "\n\n".join(filter(None, regions))


def fault_cells(fault: Message | None, language: Language) -> list[NotebookNode]:
    """A cell that tells the student why nothing could be read."""
    if fault is None:
        return []
    text = render(Message.of("unread", cause=render(fault, language)), language)
    return [new_markdown_cell(f"<p><b>{escape(text)}</b></p>", id="unread")]
