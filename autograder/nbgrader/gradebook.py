"""Read the gradebook: what counts of its entries, and the table of a class."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbgrader.api import Grade as BookedGrade
from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory

from autograder.course.database import open_gradebook
from autograder.course.folder import Course
from autograder.model.cells import PREFIX, grade_id_of, is_graded, points_of
from autograder.model.errors import GraderError
from autograder.nbgrader.results import read_results


@dataclass(frozen=True, slots=True)
class Row:
    """A student's points by graded cell, None where a person has to look, and what was unusual."""

    student: str
    points: tuple[float | None, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassTable:
    """The gradebook of one assignment: graded cells with their points, and a row a student."""

    cells: tuple[tuple[str, float], ...]
    rows: tuple[Row, ...]


def read_class(course: Course, assignment: str) -> ClassTable:
    """What the gradebook says of an assignment; raises GraderError where it knows none.

    The same where the gradebook can't be used.
    """
    graded = [cell for cell in course.source(assignment).cells if is_graded(cell)]
    names = [grade_id_of(cell) for cell in graded]
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    with open_gradebook(directory) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry as error:
            raise GraderError(
                f"The gradebook knows no assignment {assignment!r} yet: nobody was graded. "
                f"Grade with: nbgrader autograde {assignment}"
            ) from error
        rows = [
            replace(read_row(submission, names), notes=read_notes(directory, submission))
            for submission in found.submissions
        ]
    cells = tuple((grade_id_of(cell).removeprefix(PREFIX), points_of(cell)) for cell in graded)
    return ClassTable(cells, tuple(sorted(rows, key=lambda row: row.student)))


def nobody_graded(assignment: str) -> GraderError:
    """The error of who asks for results of an assignment that has none yet."""
    return GraderError(
        f"Nobody was graded in {assignment} yet. Grade with: nbgrader autograde {assignment}"
    )


def read_row(submission: SubmittedAssignment, names: Sequence[str]) -> Row:
    """A student's points in the order of `names`."""
    grades = {grade.name: grade for book in submission.notebooks for grade in book.grades}
    return Row(submission.student.id, tuple(points_booked(grades.get(name)) for name in names))


def read_notes(directory: CourseDirectory, submission: SubmittedAssignment) -> tuple[str, ...]:
    """What was unusual about a submission, from the result files of its grading."""
    student, assignment = submission.student.id, submission.assignment.name
    folder = Path(directory.format_path(directory.autograded_directory, student, assignment))
    grades = read_results(folder)
    if not grades:
        return ("its grading was never finished: run nbgrader autograde again",)
    remarks = [remark for grade in grades for remark in grade.remarks]
    causes = [task.cause for grade in grades for task in grade.tasks if task.cause]
    return tuple(dict.fromkeys([*remarks, *causes]))


def points_booked(grade: BookedGrade | None) -> float | None:
    """What counts of a gradebook's entry: a person's word first; None where nobody has decided."""
    if grade is None:
        return None
    score = grade.auto_score if grade.manual_score is None else grade.manual_score
    return None if score is None else float(score + (grade.extra_credit or 0.0))


def forget_scores(
    directory: CourseDirectory, assignment: str, student: str, notebooks: Collection[str]
) -> None:
    """Have every automatic score of these notebooks wait for a person; what people gave stays."""
    with Gradebook(directory.db_url, directory.course_id) as book:
        with contextlib.suppress(MissingEntry):  # nobody has graded it before
            for notebook in book.find_submission(assignment, student).notebooks:
                for grade in notebook.grades if notebook.name in notebooks else ():
                    grade.auto_score, grade.needs_manual_grade = None, True
        book.db.commit()


def ungraded_tests(directory: CourseDirectory, assignment: str) -> dict[str, list[str]]:
    """The test cells that neither the tests nor a person have graded, by student."""
    with Gradebook(directory.db_url, directory.course_id) as book:
        found = {
            submission.student.id: [grade.name for grade in waiting_grades(submission)]
            for submission in book.assignment_submissions(assignment)
        }
    return {student: names for student, names in found.items() if names}


def waiting_grades(submission: SubmittedAssignment) -> Iterator[BookedGrade]:
    """The entries of test cells without a score."""
    for notebook in submission.notebooks:
        written = {cell.name for cell in notebook.notebook.solution_cells}
        for grade in notebook.grades:
            if grade.name not in written and points_booked(grade) is None:
                yield grade
