"""Let an assignment out only when its hidden tests are proven and nothing of them is in it.

How it works: nbgrader makes the release in a scratch folder first. What is in it is
searched for lines of the reference, the hidden tests and the solution cells; it is
graded untouched, and the source is graded as a submission. The real release, which
students get and the gradebook remembers, is made when all that and the audit passed.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial

from nbformat import NotebookNode

from autograder.audit.checks import Check
from autograder.audit.leaks import check_leaks
from autograder.course.draft import draft_release
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.grading.intake import restore_intake
from autograder.grading.pipeline import grade_submission
from autograder.model.cells import read_notebook
from autograder.model.grade import Grade
from autograder.submission.read import Intake


def examine_release(course: Course, assignment: str) -> tuple[Grade, Grade, Check]:
    """The grades of the source and of the untouched release, handed in, and what leaks."""
    with draft_release(course, assignment) as draft:
        path = draft / f"{assignment}.ipynb"
        untouched = read_notebook(path.read_text(encoding="utf-8"), name=str(path))
        ends = course.source(assignment), untouched
        with ThreadPoolExecutor(len(ends)) as pool:  # each waits for a process
            grade = partial(grade_as_submission, course, assignment)
            solved, nothing = pool.map(grade, ends)
        return solved, nothing, check_leaks(course, assignment, draft)


def grade_as_submission(course: Course, assignment: str, notebook: NotebookNode) -> Grade:
    """The grade of a notebook that somebody hands in."""
    submission = restore_intake(Intake(notebook), course.source(assignment))
    settings = Settings.of(course.config())
    return grade_submission(course.root, assignment, submission, settings).grade
