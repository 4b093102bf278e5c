"""What an assignment's results say about the class and about the hidden tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import StatisticsError, correlation, mean

from autograder.model.grade import Grade, Law, LawName, Outcome, TaskGrade
from autograder.model.messages import Language

SMALL = 30  # students: with fewer, a correlation says little


@dataclass(frozen=True, slots=True)
class StudentRow:
    """A student's points, None where somebody still has to decide."""

    student: str
    points: float | None  # of all graded cells
    most: float
    waits: tuple[str, ...] = ()  # the cells that nobody has graded


@dataclass(frozen=True, slots=True)
class TaskRow:
    """How a task went: mean points, and the share of students with all of them."""

    task: str
    most: float
    mean: float
    full: float


@dataclass(frozen=True, slots=True)
class LawRow:
    """How a law went; rates are shares of those who were graded."""

    law: Law
    graded: int
    held: float  # the share for whom it holds: its difficulty, in test theory
    follow_on: int  # for whom it failed because of an earlier task alone
    untried: int  # for whom what it needs did not hold
    discrimination: float | None  # point-biserial, with the points of all other laws


@dataclass(frozen=True, slots=True)
class MistakeRow:
    """A typical mistake, and who makes it."""

    task: str
    name: str
    hint: str
    students: int


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    assignment: str
    students: tuple[StudentRow, ...]
    automatic: tuple[float, ...]  # the points of the hidden tests, of each who was graded
    most: float  # of these
    tasks: tuple[TaskRow, ...]
    laws: tuple[LawRow, ...]
    mistakes: tuple[MistakeRow, ...]
    limits: tuple[tuple[str, int], ...]  # which limit was met, in how many submissions

    @property
    def small(self) -> bool:
        """Whether there are too few students for correlations."""
        return len(self.students) < SMALL


def report_on(
    assignment: str,
    grades: Sequence[Grade],
    students: Sequence[StudentRow],
    limits: Iterable[str],
    language: Language,
) -> Report:
    """The report on graded submissions. `limits` names one that was met for each submission."""
    return Report(
        assignment,
        tuple(students),
        tuple(grade.earned for grade in grades if grade.earned is not None),
        max((grade.points for grade in grades), default=0.0),
        tuple(task_rows(grades)),
        tuple(law_rows(grades)),
        tuple(mistake_rows(grades, language)),
        tuple(Counter(limits).most_common()),
    )


def task_rows(grades: Iterable[Grade]) -> list[TaskRow]:
    """The tasks in the order of the notebook, of those whose task was graded."""
    by_task: dict[str, list[TaskGrade]] = {}
    for task in (task for grade in grades for task in grade.tasks):
        by_task.setdefault(task.task, []).append(task)
    rows = []
    for name, tasks in by_task.items():
        earned = [task.earned for task in tasks if task.earned is not None]
        most = max(task.points for task in tasks)
        full = mean(points >= most for points in earned) if earned else 0.0
        rows.append(TaskRow(name, most, mean(earned) if earned else 0.0, full))
    return rows


def law_rows(grades: Sequence[Grade]) -> list[LawRow]:
    """The laws in the order of their tasks."""
    found: dict[LawName, list[tuple[Outcome, float]]] = {}
    for grade in grades:
        outcomes = [each for task in grade.tasks for each in task.outcomes]
        total = sum(each.law.points for each in outcomes if each.status == "passed")
        for each in outcomes:
            if each.status != "not graded":
                own = each.law.points if each.status == "passed" else 0.0
                found.setdefault(each.law.name, []).append((each, total - own))
    return [law_row(pairs) for pairs in found.values()]


def law_row(pairs: Sequence[tuple[Outcome, float]]) -> LawRow:
    """One law: what came of it, each with the points of all other laws."""
    held = [each.status == "passed" for each, _ in pairs]
    return LawRow(
        law=pairs[0][0].law,
        graded=len(pairs),
        held=mean(held),
        follow_on=sum(bool(each.follow_on) for each, _ in pairs),
        untried=sum(each.untried and not each.follow_on for each, _ in pairs),
        discrimination=point_biserial(held, [rest for _, rest in pairs]),
    )


def point_biserial(held: Sequence[bool], rest: Sequence[float]) -> float | None:
    """Pearson's correlation of passing with the points of all else; None where all are alike."""
    try:
        return correlation([float(each) for each in held], rest)
    except StatisticsError:  # fewer than two, or one of the two does not vary
        return None


def mistake_rows(grades: Iterable[Grade], language: Language) -> list[MistakeRow]:
    """The typical mistakes, the most frequent first."""
    tasks = [task for grade in grades for task in grade.tasks]
    named = [(task.task, each) for task in tasks for each in task.diagnoses]
    counted = Counter((task, each.name) for task, each in named)
    hints = {each.name: each.hints.get(language, "") for _, each in named}
    return [
        MistakeRow(task, name, hints[name], count) for (task, name), count in counted.most_common()
    ]
