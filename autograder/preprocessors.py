"""The steps that nbgrader runs: restore a submission, grade it, record the points.

`nbgrader_config.py` names these classes, so that `nbgrader autograde` and the
formgrader's button use them. They find the course folder and the instructor's
source through nbgrader's own `CourseDirectory`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool, Dict, Enum

from autograder.errors import GraderError
from autograder.grading import Job, grade_apart
from autograder.limits import Limits
from autograder.model import Grade, to_json
from autograder.notebook import is_test, read_notebook, task_of
from autograder.submission import restore
from autograder.texts import Language

Resources = dict[str, Any]
KEY = "autograder"  # where one step leaves something for the next in nbconvert's resources
RESULT = "{notebook}.result.json"  # lies beside the autograded notebook; never in feedback


class RestoreSubmission(NbGraderPreprocessor):
    """Give the submission the shape of the source, and of the student's only the answers."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        source = read_source(course_of(self), resources)
        restored = restore(nb, source)
        for remark in restored.remarks:
            self.log.warning("%s: %s", resources["nbgrader"]["student"], remark)
        restored.notebook.metadata[KEY] = {"remarks": list(restored.remarks)}
        return restored.notebook, resources


class GradeSubmission(NbGraderPreprocessor):
    """Run the notebook in the sandbox and the hidden tests outside it."""

    limits = Dict(
        help="Overrides of autograder.limits.Limits by name, e.g. {'cell_seconds': 60}."
    ).tag(config=True)
    language = Enum(["de", "en"], "de", help="The language that students read.").tag(config=True)
    run_student_code_without_sandbox = Bool(
        False,
        help="DANGER: run student code with all your rights where bubblewrap is missing. "
        "It can then read the hidden tests, change the gradebook and delete your files.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        noticed = nb.metadata.pop(KEY, {}).get("remarks", [])
        names = resources["nbgrader"]
        result = grade_apart(self.job(str(course_of(self).root), names["assignment"], nb))
        grade = result.grade.with_remarks(noticed)
        self.tell(grade, names["student"])
        resources[KEY] = grade
        put_file(resources, RESULT.format(notebook=names["notebook"]), to_json(grade))
        return read_notebook(result.notebook, name="The graded notebook"), resources

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
        for task in grade.tasks:
            if task.earned is None:
                self.log.error("%s: %s was not graded: %s", student, task.task, task.cause)
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
        grade = resources.get(KEY)
        if not isinstance(grade, Grade):
            raise GraderError(
                "RecordGrades found no grade: autograder.preprocessors.GradeSubmission must "
                "come before it in c.Autograde.autograde_preprocessors."
            )
        earned = {task.task: task.earned for task in grade.tasks}[task_of(cell)]
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


def read_source(course: CourseDirectory, resources: Resources) -> NotebookNode:
    """The instructor's notebook that a submission belongs to."""
    names = resources["nbgrader"]
    folder = course.format_path(course.source_directory, ".", names["assignment"])
    path = Path(folder) / f"{names['notebook']}.ipynb"
    try:
        return read_notebook(path.read_text(encoding="utf-8"), name=str(path))
    except OSError as error:
        raise GraderError(f"The source notebook {path} can't be read: {error}.") from error


def put_file(resources: Resources, name: str, content: bytes) -> None:
    """Have nbconvert write a file beside the notebook."""
    outputs = resources.get("outputs")
    resources["outputs"] = {**(outputs if isinstance(outputs, dict) else {}), name: content}
