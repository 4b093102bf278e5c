"""The course as it is, graded by `nbgrader autograde` with the engine."""

from __future__ import annotations

from pathlib import Path

from autograder.course.settings import Settings
from tests.kit.courses import Classroom


def make_our_course(root: Path, workers: int | None) -> Classroom:
    """Copy the course to `root`, which must not exist yet; None leaves its number of workers."""
    room = Classroom.make(root)
    lines = [f"c.GradeSubmission.workers = {workers}"] if workers is not None else []
    # plain nbgrader knows no follow-on errors, and the points have to be the same
    room.configure('c.GradeSubmission.follow_on = "none"', *lines)
    return room


def workers_used(workers: int | None) -> int:
    """How many submissions are graded at a time: as many as asked for, or the default."""
    return Settings(workers=workers or 0).processes
