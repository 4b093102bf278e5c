"""Read what a report on a class is made of: the gradebook, and the result files."""

from __future__ import annotations

import re
from dataclasses import replace

from nbgrader.coursedir import CourseDirectory

from autograder.course.folder import Course, submissions_at
from autograder.course.settings import Settings
from autograder.model.grade import Grade
from autograder.model.report import Report, StudentRow, report_on
from autograder.nbgrader.gradebook import ClassTable, nobody_graded, read_class
from autograder.nbgrader.results import read_result

LIMIT = re.compile(r"\blimit (\w+)")


def report_class(course: Course, assignment: str, *, anonymous: bool = False) -> Report:
    """The report on an assignment; raises GraderError where nobody has been graded yet."""
    table = read_class(course, assignment)
    if not table.rows:
        raise nobody_graded(assignment)
    config = course.config()
    directory = CourseDirectory(config=config, root=str(course.root))
    graded = submissions_at(directory, directory.autograded_directory, assignment)
    known = {row.student for row in table.rows}
    grades = [
        grade
        for student, folder in graded
        if student in known and (grade := read_result(folder, assignment)) is not None
    ]
    students = student_rows(table)
    if anonymous:
        students = [replace(row, student=f"{n}") for n, row in enumerate(students, start=1)]
    limits = [name for grade in grades for name in sorted(limits_in(grade))]
    return report_on(assignment, grades, students, limits, Settings.of(config).language)


def student_rows(table: ClassTable) -> list[StudentRow]:
    """The students, those with most points first; who waits comes last."""
    most = sum(points for _, points in table.cells)
    rows = []
    for row in table.rows:
        cells = zip(table.cells, row.points, strict=True)
        waits = tuple(name for (name, _), points in cells if points is None)
        total = None if waits else sum(points for points in row.points if points is not None)
        rows.append(StudentRow(row.student, total, most, waits))
    return sorted(rows, key=lambda row: (row.points is None, -(row.points or 0.0), row.student))


def limits_in(grade: Grade) -> set[str]:
    """The limits that a submission met."""
    return {found[1] for remark in grade.remarks if (found := LIMIT.search(remark))}
