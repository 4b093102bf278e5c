"""The tables of a report as CSV files that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from autograder.files import write_atomically
from autograder.model.report import Report
from autograder.nbgrader.export import harmless


def write_tables(report: Report, folder: Path) -> Iterator[Path]:
    """Write the files into a folder, which is made if it is not there; yields each path."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (columns, rows) in tables_of(report).items():
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(map(harmless, row) for row in rows)
        path = folder / f"{report.assignment}-{name}.csv"
        write_atomically(path, file.getvalue().encode("utf-8", "backslashreplace"))
        yield path


def tables_of(report: Report) -> dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]]:
    """Columns and rows of each table. What nobody knows is empty."""
    return {
        "laws": (
            ("task", "law", "sentence", "points", "graded", "holds", "untried", "follow_on")
            + ("discrimination",),
            [
                (row.law.task, row.law.test, row.law.sentence, row.law.points, row.graded)
                + (row.held, row.untried, row.follow_on, row.discrimination)
                for row in report.laws
            ],
        ),
        "tasks": (
            ("task", "points", "mean", "all_points"),
            [(row.task, row.most, row.mean, row.full) for row in report.tasks],
        ),
        "mistakes": (
            ("task", "mistake", "students", "hint"),
            [(row.task, row.name, row.students, row.hint) for row in report.mistakes],
        ),
        "students": (
            ("student", "points", "most", "waits_for_a_person"),
            [(row.student, row.points, row.most, " ".join(row.waits)) for row in report.students],
        ),
    }
