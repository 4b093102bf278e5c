"""Have nbgrader read the receipts of submissions carefully: students may have forged them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import BaseConverter
from nbgrader.coursedir import CourseDirectory

from autograder.submission.receipt import read_receipt


class CopyReceipt(BaseConverter):
    """A converter that copies of a submission only its receipt, not every file."""

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        receipt = read_receipt(Path(self._format_source(assignment_id, student_id)))
        folder = Path(self._format_dest(assignment_id, student_id))
        for name, text in receipt.texts.items():
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="ascii")


class Timestamps(CourseDirectory):
    """nbgrader's folders, with a timestamp read as carefully as all a student may have made."""

    def get_existing_timestamp(self, dest_path: str | Path) -> datetime | None:
        return read_receipt(Path(dest_path)).time


def submitted_at(api: NbGraderAPI, assignment_id: str, student_id: str) -> datetime | None:
    """When a submission was handed in; nbgrader's own stops a class's list at a forged one."""
    course = api.coursedir
    folder = course.format_path(course.submitted_directory, student_id, assignment_id)
    return read_receipt(Path(folder)).time
