"""What grading is about, as frozen data: points, laws, outcomes, grades.

Everything here goes to JSON and back without loss (`to_json`, `from_json`), so
that a grade made on one machine is the same grade on another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import msgspec

from autograder.model.errors import GraderError
from autograder.model.messages import Language, Message, Sentence

Status = Literal["passed", "failed", "not graded"]
LawName = tuple[str, str]  # task and test


@dataclass(frozen=True, slots=True)
class Law:
    """One hidden test, as known before any student code runs."""

    test: str  # the test function's name, unique within its task
    task: str  # the function or variable it grades: the test cell is `test_<task>`
    points: float
    sentence: str  # the law in words, what the student reads
    hint: str = ""
    chance: float = 0.0  # the most probable that it rejects a right answer

    @property
    def name(self) -> LawName:
        """The unique key of the law: (task, test)."""
        return self.task, self.test


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The smallest call found that breaks a law."""

    call: str  # what the student can paste into the notebook
    found: Sentence  # what came back
    expected: Sentence | None = None
    premise: bool = False  # it breaks what the law needs, not the law
    repeatable: bool = True  # whether the call gives this also where it is the first of all
    hint: str | None = None  # in place of the law's, where that is about something else


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one law. `reason` says why it failed or was not graded."""

    law: Law
    status: Status
    counterexample: Counterexample | None = None
    reason: Sentence | None = None
    follow_on: tuple[str, ...] = ()  # a failed law that holds where these tasks are right
    credit: float = 0.0  # the share of its points that such a law earns all the same

    @property
    def untried(self) -> bool:
        """Whether the law earned nothing because what it needs did not hold."""
        case = self.counterexample
        return self.status == "failed" and case is not None and case.premise

    @property
    def earned(self) -> float:
        """The points of the law so far."""
        return self.law.points * (1.0 if self.status == "passed" else self.credit)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A typical mistake that a student's function makes."""

    name: str  # of the course's misconception
    hints: dict[Language, str]
    laws: tuple[str, ...] = ()  # the tests that it explains


@dataclass(frozen=True, slots=True)
class TaskGrade:
    """The outcomes of one test cell. `points` is the most it can earn."""

    task: str
    points: float
    outcomes: tuple[Outcome, ...]
    fault: str = ""  # why nothing could be graded, for staff; "" where it could
    diagnoses: tuple[Diagnosis, ...] = ()
    why: Message | None = None  # the one cause of all that failed, for the student
    basis: str = ""  # a digest of all that the outcomes depend on; "" where nobody can tell

    @property
    def earned(self) -> float | None:
        """The points earned, or None where a person has to look."""
        if self.fault or any(o.status == "not graded" for o in self.outcomes):
            return None
        return self.earned_so_far

    @property
    def earned_so_far(self) -> float:
        """The points that are sure, also where a person has to look at the others."""
        return sum(outcome.earned for outcome in self.outcomes)

    @property
    def cause(self) -> str:
        """Why the task was not graded, for staff; "" where it was."""
        ungraded = (o for o in self.outcomes if o.status == "not graded")
        reasons = [self.fault, *(str(o.reason or f"{o.law.test} was not run") for o in ungraded)]
        return next((reason for reason in reasons if reason), "")


@dataclass(frozen=True, slots=True)
class Grade:
    """The result of one submission: a task each, and what staff should know."""

    assignment: str
    tasks: tuple[TaskGrade, ...]
    remarks: tuple[str, ...] = ()  # what was unusual, for staff

    @property
    def points(self) -> float:
        """The most that the automatic tests can give."""
        return sum(task.points for task in self.tasks)

    @property
    def earned(self) -> float | None:
        """The points of all tasks, or None where one of them was not graded."""
        earned = [task.earned for task in self.tasks]
        return None if None in earned else sum(e for e in earned if e is not None)

    def with_remarks(self, remarks: Iterable[str]) -> Grade:
        """This grade, with other remarks before its own."""
        return replace(self, remarks=(*remarks, *self.remarks))


def to_json(result: object) -> bytes:
    """A grade, or any other result that is made of frozen data, as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(result), indent=2)


def from_json(data: bytes) -> Grade:
    """Read what `to_json` wrote of a grade; raises GraderError for anything else."""
    try:
        return msgspec.json.decode(data, type=Grade)
    except (ValueError, RecursionError) as error:
        raise GraderError(f"This is no grade in the kit's format: {error}.") from error
