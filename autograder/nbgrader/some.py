"""nbgrader's steps for some students of a class: what `watch` takes them through."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any, NoReturn

from nbgrader.converters import BaseConverter
from nbgrader.exchange import ExchangeError

from autograder.nbgrader.arrivals import is_settled
from autograder.nbgrader.autograde import Autograde
from autograder.nbgrader.exchange import Collect, ReleaseFeedback
from autograder.nbgrader.generate import GenerateFeedback


class CollectSettled(Collect):
    """Collects what is newer than what is there, and what nobody is still copying."""

    told: set[str]  # folders of the exchange that were refused before
    collected: set[str]  # students whose submission was copied
    fault: str = ""  # why nothing can be collected

    def fail(self, msg: str) -> NoReturn:
        """Keep why there is nothing to collect."""
        self.fault = msg
        raise ExchangeError(msg)

    def init_src(self) -> None:
        """Find what there is to collect."""
        super().init_src()
        self.failed = {name: why for name, why in self.failed.items() if name not in self.told}
        self.src_records = [each for each in self.src_records if self.is_due(each)]

    def is_due(self, record: dict[str, Any]) -> bool:
        """Whether a submission is to be collected now."""
        step, assignment = self.coursedir.submitted_directory, self.coursedir.assignment_id
        there = Path(self.coursedir.format_path(step, record["username"], assignment))
        before = self.coursedir.get_existing_timestamp(str(there)) if there.is_dir() else None
        return (before is None or record["timestamp"] > before) and is_settled(
            Path(self.inbound_path) / record["filename"]
        )

    def copy_files(self) -> None:
        """Copy them; nothing to do is nothing to tell."""
        if self.src_records or self.failed:
            try:
                super().copy_files()
            finally:
                self.told.update(self.failed)
                self.collected.update(each["username"] for each in self.src_records)


class SomeStudents(BaseConverter):
    """One of nbgrader's steps, for some students."""

    assignments: dict[str, list[str]]
    wanted: Collection[str]

    def init_notebooks(self) -> None:
        """Leave out everybody else."""
        super().init_notebooks()
        assignment = self.coursedir.assignment_id
        folders = {
            self.coursedir.format_path(self._input_directory, student, assignment)
            for student in self.wanted
        }
        self.assignments = {
            folder: names for folder, names in self.assignments.items() if folder in folders
        }


class GradeSome(SomeStudents, Autograde):
    """Grades the submissions of some students."""

    changed: Collection[str]  # who handed in something else than what was graded

    def holds(self, assignment_id: str, student_id: str) -> bool:
        """Whether a submission was graded, also where no timestamp tells."""
        return student_id not in self.changed and super().holds(assignment_id, student_id)


class GenerateSome(SomeStudents, GenerateFeedback):
    """Makes the pages of some students."""


class ReleaseSome(ReleaseFeedback):
    """Releases the pages of some students."""

    wanted: Collection[str]

    def is_wanted(self, student: str) -> bool:
        """Whether a student's page is to be released."""
        return student in self.wanted
