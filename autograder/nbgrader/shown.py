"""How much of the verdicts each student of an assignment is shown by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from traitlets.config import Config

from autograder.course.database import has_tables, open_gradebook
from autograder.course.folder import Course, submissions_at
from autograder.course.reveal import check_names, read_reveal, read_zone
from autograder.course.settings import Settings
from autograder.model.grade import Grade
from autograder.model.messages import Language
from autograder.model.reveal import Reveal
from autograder.nbgrader.results import read_results
from autograder.pages.page import Verdicts


@dataclass(frozen=True, slots=True)
class Shown:
    """The schedules of an assignment at one moment, and the due dates of its students."""

    assignment: str
    reveal: Reveal
    language: Language
    now: datetime
    due: datetime | None  # of the assignment
    own_due: Mapping[str, datetime]  # by student, extensions included

    def due_of(self, student: str) -> datetime | None:
        """A student's own due date."""
        return self.own_due.get(student, self.due)

    def verdicts(self, student: str, grade: Grade | None) -> Verdicts:
        """What the student's page is made from; no verdicts where there is no grade."""
        due = self.due_of(student)
        tasks = {task.task: task for task in grade.tasks} if grade is not None else {}
        return Verdicts(
            tasks=tasks,
            reveal={
                name: self.reveal.task(
                    self.assignment, name, [o.law.test for o in task.outcomes], self.now, due
                )
                for name, task in tasks.items()
            },
            later=self.reveal.of(self.assignment).later(self.now, due),
            language=self.language,
        )

    def is_outdated(self, student: str, made: datetime) -> bool:
        """Whether a page made then shows another level than one made now."""
        steps = (
            schedule.steps(self.due_of(student))
            for schedule in self.reveal.schedules_of(self.assignment)
        )
        return any(made < when <= self.now for when, _ in chain.from_iterable(steps))


def read_shown(directory: CourseDirectory, setting: Mapping[Any, Any], config: Config) -> Shown:
    """What holds now; raises GraderError where the setting or the gradebook can't be used."""
    assignment = directory.assignment_id
    zone = read_zone(Exchange(config=config, coursedir=directory).timezone)
    reveal = read_reveal(setting, zone)
    in_parts = any(len(name) > 1 for name in reveal.schedules)
    laws = laws_of(directory, assignment) if in_parts else set()
    check_names(reveal, Course(Path(directory.root)).assignments, assignment, laws)

    def aware(when: datetime) -> datetime:
        """nbgrader keeps due dates in UTC and without a zone."""
        return when.replace(tzinfo=UTC).astimezone(zone)

    due, own = read_due(directory, assignment)
    return Shown(
        assignment,
        reveal,
        Settings.of(config).language,
        datetime.now(UTC),
        aware(due) if due else None,
        {student: aware(when) for student, when in own.items()},
    )


def laws_of(directory: CourseDirectory, assignment: str) -> set[tuple[str, str]]:
    """The tasks and tests in the result files of a class."""
    graded = submissions_at(directory, directory.autograded_directory, assignment)
    return {
        outcome.law.name
        for _, folder in graded
        for grade in read_results(folder)
        for task in grade.tasks
        for outcome in task.outcomes
    }


def read_due(
    directory: CourseDirectory, assignment: str
) -> tuple[datetime | None, dict[str, datetime]]:
    """The due date of an assignment, and those of students with an extension, in UTC."""
    if not has_tables(directory):  # nobody was graded, and nbgrader takes seconds to make them
        return None, {}
    with open_gradebook(directory) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry:
            return None, {}
        if found.duedate is None:  # nbgrader's own sum fails then
            return None, {}
        extended = [each for each in found.submissions if each.extension is not None]
        return found.duedate, {each.student.id: each.duedate for each in extended}
