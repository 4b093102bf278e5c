"""Grades for other platforms: `nbgrader export --exporter autograder.nbgrader.platforms.Moodle`.

How it works: only what is final is a number. Who waits for a person, or was not graded to the
end, has an empty field (on Gradescope no file), and the command names them. Formats, as their
makers describe them:

- Moodle, "Grade import": a CSV with a header; the teacher maps its columns to users and to grade
  items. The first five are named as in Moodle's own export. An empty field is no grade.
- Canvas, "How do I import grades in the Gradebook?": a CSV whose columns begin with Student, ID,
  SIS User ID, SIS Login ID and Section, a row "Points Possible", and a column an assignment. An
  empty field leaves what is there.
- Gradescope, "Autograder Specifications": a results.json for each submission.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from nbgrader.api import Assignment, Gradebook

from autograder.files import write_atomically
from autograder.model.listing import listed
from autograder.nbgrader.export import (
    FINAL,
    NOT_HANDED_IN,
    GradesExport,
    Row,
    columns_of,
    write_table,
)

NAMED = 20  # students in a message; the others are counted
PEOPLE = {
    "First name": "first_name",
    "Last name": "last_name",
    "ID number": "lms_user_id",
    "Username": "student_id",
    "Email address": "email",
}
CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS_POSSIBLE = "    Points Possible"  # Canvas's own, blanks included


class PlatformExport(GradesExport):
    """Exports that have a row for each student, and say whose grades are missing."""

    def graded(self, gradebook: Gradebook, assignment: Assignment) -> list[Row]:
        """The rows of an assignment; who has no final grade is named in the log."""
        rows = self.wanted_rows(gradebook, assignment)
        open_ones = [f"{row['student_id']} ({row['status']})" for row in rows if is_open(row)]
        if open_ones:
            self.log.warning(
                "%s: no grade yet, and none written, for %d students: %s",
                *(assignment.name, len(open_ones), listed(open_ones, NAMED)),
            )
        return rows

    def people(self, gradebook: Gradebook) -> dict[str, Row]:
        """What is known of the students, by their id; `lms_user_id` is the platform's number."""
        return {
            student.id: {
                "first_name": student.first_name,
                "last_name": student.last_name,
                "email": student.email,
                "lms_user_id": student.lms_user_id,
            }
            for student in gradebook.students
        }

    def by_student(self, gradebook: Gradebook) -> dict[str, Row]:
        """Each student's final points by assignment, in a row with what is known of them."""
        people, found = self.people(gradebook), dict[str, Row]()
        for assignment in self.assignments(gradebook):
            for row in self.graded(gradebook, assignment):
                name = row["student_id"]
                whole = found.setdefault(name, {"student_id": name} | people.get(name, {}))
                if row["status"] == FINAL:
                    whole[assignment.name] = row["score"]
        return dict(sorted(found.items()))


class Moodle(PlatformExport):
    """A CSV for Moodle's grade import (Grades > Import > CSV file)."""

    def export(self, gradebook: Gradebook) -> None:
        """Write moodle.csv, or the file that `--to` names."""
        to = self.to or "moodle.csv"
        self.log.info("Exporting grades for Moodle to %s", to)
        names = [assignment.name for assignment in self.assignments(gradebook)]
        rows = [
            {column: row.get(key) for column, key in PEOPLE.items()}
            | {name: row[name] for name in names if name in row}
            for row in self.by_student(gradebook).values()
        ]
        write_table(Path(to), [*PEOPLE, *names], rows)


class Canvas(PlatformExport):
    """A CSV for Canvas's gradebook (Grades > Import)."""

    def export(self, gradebook: Gradebook) -> None:
        """Write canvas.csv, or the file that `--to` names."""
        to = self.to or "canvas.csv"
        self.log.info("Exporting grades for Canvas to %s", to)
        most = {each.name: float(each.max_score) for each in self.assignments(gradebook)}
        rows: list[Row] = [{"Student": POINTS_POSSIBLE, **most}]
        for name, row in self.by_student(gradebook).items():
            person = ", ".join(filter(None, (row.get("last_name"), row.get("first_name"))))
            about = {"Student": person or name, "ID": row.get("lms_user_id"), "SIS Login ID": name}
            rows.append(about | {each: row[each] for each in most if each in row})
        write_table(Path(to), [*CANVAS, *most], rows)


class Gradescope(PlatformExport):
    """A results.json for each submission: <folder>/<assignment>/<student>/results.json."""

    def export(self, gradebook: Gradebook) -> None:
        """Write into the folder `gradescope`, or the one that `--to` names."""
        to = Path(self.to or "gradescope")
        self.log.info("Exporting results for Gradescope to %s", to)
        for assignment in self.assignments(gradebook):
            most = most_points(assignment)
            for row in self.graded(gradebook, assignment):
                student = row["student_id"]
                if not is_folder(student):
                    self.log.error("%r can be no folder's name: not written", student)
                elif row["status"] == FINAL:
                    path = to / assignment.name / student / "results.json"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write_atomically(path, msgspec.json.format(results(row, most)))


def is_folder(student: str) -> bool:
    """Whether a student's id can be the name of a folder, and leads nowhere else."""
    return student not in ("", ".", "..") and not {"/", "\0"} & set(student)


def results(row: Row, most: dict[str, float]) -> bytes:
    """Gradescope's description of a graded submission: a test for each task."""
    tests = [
        {
            "name": column.removeprefix("task "),
            "score": row[column],
            "max_score": points,
            "status": "passed" if row[column] >= points else "failed",
            "visibility": "visible",
        }
        for column, points in most.items()
    ]
    late = row["late_submission_penalty"]
    whole: dict[str, Any] = {"score": row["score"], "visibility": "visible", "tests": tests}
    if late:
        whole["output"] = f"Late submission: {late:g} points are taken off."
    return msgspec.json.encode(whole)


def most_points(assignment: Assignment) -> dict[str, float]:
    """The most that each column of an assignment's row can have."""
    cells = {
        (book.name, cell.name): float(cell.max_score)
        for book in assignment.notebooks
        for cell in (*book.grade_cells, *book.task_cells)
    }
    return {column: cells[cell] for cell, column in columns_of(assignment).items()}


def is_open(row: Row) -> bool:
    """Whether somebody handed in, and has no final grade."""
    return row["status"] not in (FINAL, NOT_HANDED_IN)
