"""Write the grades of a course as a table that says who is graded and who waits: `nbgrader export`.

A number stands in it only where somebody, or the hidden tests, decided. What students chose,
such as their names, can be no formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import ExportPlugin

from autograder.course.folder import submissions_at
from autograder.model.cells import PREFIX
from autograder.nbgrader.gradebook import points_booked
from autograder.nbgrader.results import RESULT_SUFFIX
from autograder.submission.receipt import read_receipt

COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),  # so far as nbgrader's own
    "status",
)
FINAL = "final"
WAITS = "waits for a person"
UNFINISHED = "grading unfinished"  # handed in, and never graded to the end, or handed in again
NOT_HANDED_IN = "not handed in"
# How a formula begins, also behind what a spreadsheet may take for the border of a column.
SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
FORMULA = re.compile(rf"\A(?=[\t\r\n])|(?:\A|(?<=[;,|\t\r\n]))(?= *[{SIGNS}])")

Row = dict[str, Any]  # a value by its column
Cells = dict[tuple[str, str], str]  # a cell's column by its notebook and its grade_id


class GradesExport(ExportPlugin):
    """What all exports share: the rows of the assignments and students that were asked for."""

    def assignments(self, gradebook: Gradebook) -> list[Assignment]:
        """The assignments that `--assignment` names, or all, sorted."""
        wanted = set(map(str, self.assignment))
        found = [a for a in gradebook.assignments if not wanted or a.name in wanted]
        return sorted(found, key=lambda assignment: assignment.name)

    def wanted_rows(self, gradebook: Gradebook, assignment: Assignment) -> list[Row]:
        """The rows of the students that `--student` names, or of all."""
        students = set(map(str, self.student))
        rows = self.rows(gradebook, assignment)
        return [row for row in rows if not students or row["student_id"] in students]

    def rows(self, gradebook: Gradebook, assignment: Assignment) -> Iterator[Row]:
        """The rows of an assignment, sorted by student."""
        course = CourseDirectory(parent=self)
        known = {student.id: student for student in gradebook.students}
        handed_in = submissions_at(course, course.submitted_directory, assignment.name)
        for name in sorted({*known, *(student for student, _ in handed_in)}):
            try:
                submission = gradebook.find_submission(assignment.name, name)
            except MissingEntry:
                submission = None
            row = about(assignment, name, known.get(name))
            yield row | grades_of(course, assignment, name, submission)


class CsvExport(GradesExport):
    """A row for each student and assignment: nbgrader's columns, the status, a column a task."""

    def export(self, gradebook: Gradebook) -> None:
        """Write grades.csv, or the file that `--to` names."""
        to = self.to or "grades.csv"
        self.log.info("Exporting grades to %s", to)
        assignments = self.assignments(gradebook)
        rows = [row for each in assignments for row in self.wanted_rows(gradebook, each)]
        tasks = [name for each in assignments for name in columns_of(each).values()]
        write_table(Path(to), [*COLUMNS, *dict.fromkeys(tasks)], rows)


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a CSV file whose texts are no formulas; a value that is missing is empty."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: harmless(value) for key, value in row.items()} for row in rows)


def about(assignment: Assignment, name: str, student: Student | None) -> Row:
    """What a row says of its assignment and its student."""
    return {
        "assignment": assignment.name,
        "duedate": assignment.duedate,
        "student_id": name,
        "last_name": student and student.last_name,
        "first_name": student and student.first_name,
        "email": student and student.email,
        "max_score": float(assignment.max_score),
    }


def grades_of(
    course: CourseDirectory, assignment: Assignment, name: str, found: SubmittedAssignment | None
) -> Row:
    """What a row says of a submission; a sum only where it is final."""
    handed = folder_of(course, course.submitted_directory, name, assignment.name)
    if found is None:
        return {"status": UNFINISHED if handed.is_dir() else NOT_HANDED_IN}
    columns = columns_of(assignment)
    grades = [(book.name, grade) for book in found.notebooks for grade in book.grades]
    points: dict[str, float | None] = dict.fromkeys(columns.values())
    points |= {columns[book, grade.name]: points_booked(grade) for book, grade in grades}
    row: Row = {"timestamp": found.timestamp, **points}
    done = folder_of(course, course.autograded_directory, name, assignment.name)
    if is_newer(read_receipt(handed).time, found.timestamp):
        return row | {"status": UNFINISHED}
    if None in points.values() or any(grade.needs_manual_grade for _, grade in grades):
        return row | {"status": WAITS if any(done.glob(f"*{RESULT_SUFFIX}")) else UNFINISHED}
    raw = sum(value for value in points.values() if value is not None)
    penalty = float(found.late_submission_penalty or 0.0)
    sums = {"raw_score": raw, "late_submission_penalty": penalty, "score": max(0.0, raw - penalty)}
    return row | sums | {"status": FINAL}


def is_newer(time: datetime | None, than: datetime | None) -> bool:
    """Whether something newer was handed in than what was graded."""
    return time is not None and (than is None or time > than)


def columns_of(assignment: Assignment) -> Cells:
    """The column of each graded cell, sorted: a gradebook has no order of its own."""
    several = len(assignment.notebooks) > 1
    cells = sorted(
        (book.name, cell.name)
        for book in assignment.notebooks
        for cell in (*book.grade_cells, *book.task_cells)
    )
    return {
        (book, cell): f"task {f'{book}: ' if several else ''}{cell.removeprefix(PREFIX)}"
        for book, cell in cells
    }


def folder_of(course: CourseDirectory, step: str, student: str, assignment: str) -> Path:
    """Where a submission lies at a step of nbgrader's."""
    return Path(course.format_path(step, student, assignment))


def harmless(value: object) -> object:
    """A value for the table: no text of it is a formula to a spreadsheet."""
    return FORMULA.sub("'", value) if isinstance(value, str) else value
