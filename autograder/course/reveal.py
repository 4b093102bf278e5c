"""Read `c.GenerateFeedback.reveal`: how much of the verdicts students are shown, and from when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, cast
from zoneinfo import ZoneInfo

from autograder.model.errors import GraderError
from autograder.model.reveal import DUE, LEVELS, START, Level, Reveal, Schedule

SETTING = "c.GenerateFeedback.reveal"


def read_zone(name: str) -> ZoneInfo:
    """A time zone by its name; raises GraderError where there is none of it."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise GraderError(
            f"c.Exchange.timezone is {name!r}, which is no time zone of this machine. "
            "Write one like 'Europe/Berlin', or 'UTC'."
        ) from error


def read_reveal(setting: Mapping[Any, Any], zone: ZoneInfo) -> Reveal:
    """The schedules that a setting gives; raises GraderError for what it can't be.

    Its keys are '*' for every assignment, 'assignment', 'assignment/task' and
    'assignment/task/test'. A value is a level, or a dict from moments ('start', 'due', or a date
    in ISO 8601, in `zone` where it names none) to levels.
    """
    return Reveal(
        {read_name(name): read_schedule(str(name), value, zone) for name, value in setting.items()}
    )


def read_name(name: object) -> tuple[str, ...]:
    """The assignment, task and test of a key."""
    parts = tuple(name.split("/")) if isinstance(name, str) else ()
    if not 1 <= len(parts) <= 3 or not all(parts) or ("*" in parts and parts != ("*",)):
        raise GraderError(
            f"{SETTING} has the key {name!r}. A key is '*', 'assignment', 'assignment/task' or "
            "'assignment/task/test_of_a_law'."
        )
    return parts


def read_schedule(name: str, value: object, zone: ZoneInfo) -> Schedule:
    """One level from the start, or levels by their moments."""
    if not isinstance(value, Mapping):
        return Schedule({START: read_level(name, value)})
    if not value:
        raise GraderError(f"{SETTING}[{name!r}] is empty: write a level or {{'start': 'calls'}}.")
    levels: dict[datetime | None, Level] = {}
    for when, level in value.items():
        moment = read_moment(name, when, zone)
        if moment in levels:
            raise GraderError(f"{SETTING}[{name!r}] gives the same moment twice: {when!r}.")
        levels[moment] = read_level(name, level)
    return Schedule(levels)


def read_level(name: str, level: object) -> Level:
    """One of the levels."""
    for each in LEVELS:
        if each == level:
            return each
    raise GraderError(
        f"{SETTING}[{name!r}] is {level!r}, which is no level. There are: {', '.join(LEVELS)}."
    )


def read_moment(name: str, when: object, zone: ZoneInfo) -> datetime | None:
    """'start', 'due', or a date with or without a time and a zone."""
    if when == "start":
        return START
    if when == "due":
        return DUE
    try:
        moment = when if isinstance(when, datetime) else datetime.fromisoformat(cast(str, when))
    except (TypeError, ValueError) as error:
        raise GraderError(
            f"{SETTING}[{name!r}] has the moment {when!r}, which can't be read. Write 'start', "
            "'due', or a date like '2026-12-24 18:00' or '2026-12-24T18:00+01:00'."
        ) from error
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def check_names(
    reveal: Reveal, assignments: Iterable[str], assignment: str, laws: Iterable[tuple[str, str]]
) -> None:
    """Refuse keys of what is not there: raises GraderError.

    `laws` are the tasks and tests of `assignment`; those of other assignments are not known here.
    """
    known: set[tuple[str, ...]] = {("*",), *((each,) for each in assignments), (assignment,)}
    for task, test in laws:
        known |= {(assignment, task), (assignment, task, test)}
    for key in reveal.schedules:
        if key in known or (len(key) > 1 and key[0] != assignment and key[:1] in known):
            continue
        near = get_close_matches("/".join(key), map("/".join, known), 1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise GraderError(
            f"{SETTING} names {'/'.join(key)!r}, which the course does not have.{hint}"
        )
