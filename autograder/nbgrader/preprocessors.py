"""The steps that nbgrader runs on a restored submission: grade it, record the points.

`nbgrader_config.py` names these classes, so that `nbgrader autograde` and the
formgrader's button use them. They find the course folder through nbgrader's own
`CourseDirectory`.
"""

from __future__ import annotations

from html import escape
from itertools import groupby
from typing import Any, cast

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Dict, Enum
from traitlets.config import Config

from autograder.grading.grade import Job, refuse
from autograder.grading.intake import Reading
from autograder.grading.process import grade_in_subprocess
from autograder.model.cells import KEY, STAFF, is_test, read_notebook, task_of
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.model.limits import Limits
from autograder.model.messages import Language, Message, say

Resources = dict[str, Any]
RESULT = "{notebook}.result.json"  # lies beside the autograded notebook; never in feedback
MOST_REMARKS = 40


class GradeSubmission(NbGraderPreprocessor):
    """Run the notebook in the sandbox and the hidden tests outside it."""

    limits = Dict(
        help="Overrides of autograder.model.limits.Limits by name, e.g. {'cell_seconds': 60}."
    ).tag(config=True)
    language = Enum(["de", "en"], "de", help="The language that students read.").tag(config=True)
    run_student_code_without_sandbox = Bool(
        False,
        help="DANGER: run student code with all your rights where bubblewrap is missing. "
        "It can then read the hidden tests, change the gradebook and delete your files.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        noticed = nb.metadata.pop(KEY, {})
        names = resources["nbgrader"]
        job = self.job(str(course_of(self).root), names["assignment"], nb)
        fault = Message(**noticed["fault"]) if "fault" in noticed else None
        result = refuse(job, say(fault, "en")) if fault else grade_in_subprocess(job)
        grade = result.grade.with_remarks(noticed.get("remarks", []))
        self.tell(grade, names["student"])
        resources[KEY] = grade
        graded = read_notebook(result.notebook, name="The graded notebook")
        graded.cells[:0] = [*staff_cells(grade), *fault_cells(fault, job.language)]
        return graded, resources

    def job(self, course: str, assignment: str, notebook: NotebookNode) -> Job:
        """What is to be graded, with this step's settings."""
        return Job(
            course=course,
            assignment=assignment,
            notebook=nbformat.writes(notebook),
            limits=Limits().override(self.limits),
            language=cast(Language, self.language),
            unsandboxed=self.run_student_code_without_sandbox,
        )

    def tell(self, grade: Grade, student: str) -> None:
        """What the instructor sees of this submission while grading goes on."""
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


def course_of(step: NbGraderPreprocessor) -> CourseDirectory:
    """The course that a step works on."""
    return CourseDirectory(parent=step)


def limits_of(config: Config) -> Limits:
    """The limits that `nbgrader_config.py` sets."""
    return Limits().override(GradeSubmission(config=config).limits)


def notes(reading: Reading) -> NotebookNode:
    """What was noticed when a submission was read, for its notebook's metadata."""
    noted = NotebookNode(remarks=list(reading.remarks))
    if reading.fault is not None:
        noted.fault = NotebookNode(key=reading.fault.key, data=reading.fault.data)
    return noted


def staff_cells(grade: Grade) -> list[NotebookNode]:
    """A cell that shows the formgrader what was unusual; feedback leaves it out."""
    lines = [*grade.remarks, *sorted({task.cause for task in grade.tasks if task.cause})]
    if not lines:
        return []
    items = "".join(
        f"<li>{escape(' '.join(line.split())[:400])}</li>" for line in lines[:MOST_REMARKS]
    )
    cell = new_markdown_cell(
        f"<div><b>For staff only: what was unusual</b><ul>{items}</ul></div>", id=STAFF
    )
    cell.metadata[KEY] = STAFF
    return [cell]


def fault_cells(fault: Message | None, language: Language) -> list[NotebookNode]:
    """A cell that tells the student why nothing could be read."""
    if fault is None:
        return []
    text = say(Message.of("unread", cause=say(fault, language)), language)
    return [new_markdown_cell(f"<p><b>{escape(text)}</b></p>", id="unread")]
