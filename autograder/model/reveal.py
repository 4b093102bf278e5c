"""How much of the verdicts a student is shown, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, get_args

# points; which laws hold; the call that breaks one, and a hint; also what was expected of it
Level = Literal["points", "laws", "calls", "all"]
LEVELS: tuple[Level, ...] = get_args(Level)
START = datetime.min.replace(tzinfo=UTC)  # a level that holds from the beginning
DUE = None  # a level that holds from a student's due date on
Step = tuple[datetime, Level]


def reaches(level: Level, needed: Level) -> bool:
    """Whether a level shows what `needed` shows."""
    return LEVELS.index(level) >= LEVELS.index(needed)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Levels with the moments from which they hold; before the first one it is the lowest."""

    levels: Mapping[datetime | None, Level]

    def steps(self, due: datetime | None) -> list[Step]:
        """Moments and levels by time; without a due date what would hold from then on holds now."""
        dated = [
            ((due or START) if when is DUE else when, when is DUE, level)
            for when, level in self.levels.items()
        ]
        return [(when, level) for when, _, level in sorted(dated, key=lambda each: each[:2])]

    def at(self, now: datetime, due: datetime | None) -> Level:
        """The level that holds now."""
        return current(self.steps(due), now)

    def later(self, now: datetime, due: datetime | None) -> tuple[Step, ...]:
        """The moments to come from which more is shown than ever before, by time."""
        steps = self.steps(due)
        highest, found = current(steps, now), []
        for when, level in steps:
            if when > now and not reaches(highest, level):
                found.append((when, level))
                highest = level
        return tuple(found)


def current(steps: list[Step], now: datetime) -> Level:
    """The level of the last step that has come."""
    return next((level for when, level in reversed(steps) if when <= now), LEVELS[0])


DEFAULT = Schedule({START: "calls", DUE: "all"})


@dataclass(frozen=True, slots=True)
class Reveal:
    """The schedules of a course: of all assignments ("*",), of one, of a task, or of a law."""

    schedules: Mapping[tuple[str, ...], Schedule] = field(default_factory=dict)

    def of(self, *name: str) -> Schedule:
        """The schedule of an assignment, a task (assignment, task) or a law (and its test)."""
        keys = [*(name[:length] for length in range(len(name), 0, -1)), ("*",)]
        return next((self.schedules[key] for key in keys if key in self.schedules), DEFAULT)

    def schedules_of(self, assignment: str) -> list[Schedule]:
        """All that may hold for a part of an assignment."""
        own = [each for key, each in self.schedules.items() if key[0] == assignment]
        return [self.of(assignment), *own]

    def task(
        self, assignment: str, task: str, tests: list[str], now: datetime, due: datetime | None
    ) -> TaskReveal:
        """What holds for a task and its laws."""
        own = self.of(assignment, task)
        laws = {test: self.of(assignment, task, test) for test in tests}
        later = {
            step
            for schedule in {id(each): each for each in (own, *laws.values())}.values()
            if schedule is not self.of(assignment)
            for step in schedule.later(now, due)
        }
        return TaskReveal(
            level=own.at(now, due),
            laws={test: schedule.at(now, due) for test, schedule in laws.items()},
            later=tuple(sorted(later, key=lambda step: (step[0], LEVELS.index(step[1])))),
        )


@dataclass(frozen=True, slots=True)
class TaskReveal:
    """How much is shown of a task now, and when more will be."""

    level: Level  # of what is said of the task as a whole
    laws: Mapping[str, Level] = field(default_factory=dict)  # by test, where it differs
    later: tuple[Step, ...] = ()  # where it is not that of the assignment

    def shows(self, needed: Level, test: str = "") -> bool:
        """Whether so much is shown of the task, or of a law."""
        return reaches(self.laws.get(test, self.level), needed)


EVERYTHING = TaskReveal("all")  # for staff
