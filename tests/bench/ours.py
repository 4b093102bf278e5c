"""The course as it is, graded by `nbgrader autograde` with the engine."""

from __future__ import annotations

from pathlib import Path

from autograder.nbgrader.preprocessors import GradeSubmission
from tests.kit.classroom import Classroom

TRAIT = "workers"  # how many submissions are graded at a time


def make_our_course(root: Path, workers: int | None) -> Classroom:
    """Copy the course to `root`, which must not exist yet; None leaves its number of workers."""
    room = Classroom.make(root)
    if workers is not None and has_workers():
        room.configure(f"c.GradeSubmission.{TRAIT} = {workers}")
    return room


def workers_used(workers: int | None) -> object:
    """How many workers grade: those asked for, the engine's default, or one where it has none."""
    if not has_workers():
        return 1
    return GradeSubmission.class_traits()[TRAIT].default_value if workers is None else workers


def has_workers() -> bool:
    """Whether the engine can grade several submissions at a time."""
    return TRAIT in GradeSubmission.class_traits()
