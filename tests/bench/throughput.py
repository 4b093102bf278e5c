"""One class, graded three ways on one machine: plain nbgrader, the engine, no grader at all.

How it works: plain nbgrader grades a sample of the class, since it takes long; the time that it
needs for the whole class is its start and so many times what it took for a submission. The
engine grades the whole class, the right submissions first: what had been computed when the last
of them was finished, start included, is divided by their number.
"""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.model.errors import GraderError
from tests.bench.command import Usage, measure
from tests.bench.floor import measure_floor
from tests.bench.machine import describe_machine, describe_versions
from tests.bench.ours import make_our_course, workers_used
from tests.bench.plain import make_plain_course
from tests.bench.scores import Scores, differences, read_scores
from tests.bench.students import sample, spread, students
from tests.kit.courses import Classroom
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission, most_points

FOLDER = ROOT / "build" / "bench"
FLOOR_SAMPLE = 4  # right submissions whose floor is measured
Graded = tuple[Usage, Scores]
Progress = Callable[[str, int], Callable[[], None]]  # what is done, how often: call it as often


@dataclass(frozen=True, slots=True)
class Throughput:
    """What was measured of a class of `class_size`; seconds of the whole class or as named."""

    class_size: int
    right: int
    workers: object
    plain_seconds: float  # scaled to the class where a sample was graded
    seconds: float
    ratio: float  # how many times faster than plain nbgrader
    cpu_seconds: float  # of a right submission
    floor_cpu_seconds: float  # of a right submission
    cpu_ratio: float
    plain_sample: int  # how many plain nbgrader graded
    plain_sample_seconds: float
    plain_start_seconds: float
    plain_median_seconds: float  # of a submission
    plain_cpu_seconds: float  # of a right submission
    start_seconds: float
    median_seconds: float  # of a submission
    peak_bytes: int  # of the coordinating process alone
    points_equal: bool
    differences: list[str]
    lost_by_right_ones: list[str]  # right submissions that did not earn everything
    floor_of: dict[str, float]
    machine: dict[str, object] = field(default_factory=dict)  # before the first run
    versions: dict[str, str] = field(default_factory=describe_versions)


def measure_throughput(
    size: int, most_plain: int, workers: int | None, progress: Progress
) -> Throughput:
    """Grade a class of that size both ways, at most `most_plain` of it by plain nbgrader."""
    machine = describe_machine()
    everybody, some = students(size), sample(size, most_plain)
    right = size - size // 5
    room = make_plain_course(fresh("plain"))
    plain = grade(room, some, progress("plain nbgrader", len(some)))
    room = make_our_course(fresh("ours"), workers)
    ours = grade(room, everybody, progress("the engine", size))
    numbers = spread(range(right), min(FLOOR_SAMPLE, right))
    floor = measure_floor(numbers, progress("bare process", len(numbers)))
    return replace(compare(size, workers, plain, ours, floor), machine=machine)


def compare(
    size: int, workers: int | None, plain_run: Graded, our_run: Graded, floor: dict[str, float]
) -> Throughput:
    """The figures of both runs beside each other."""
    (plain, by_plain), (ours, by_us) = plain_run, our_run
    right, working = size - size // 5, plain.seconds - plain.start.seconds
    plain_seconds = plain.start.seconds + working * size / len(plain.finished)
    least = statistics.mean(floor.values())
    unequal = differences(by_plain, by_us)
    return Throughput(
        class_size=size,
        right=right,
        workers=workers_used(workers),
        plain_seconds=plain_seconds,
        seconds=ours.seconds,
        ratio=plain_seconds / ours.seconds,
        cpu_seconds=cpu_of_right(ours),
        floor_cpu_seconds=least,
        cpu_ratio=cpu_of_right(ours) / least,
        plain_sample=len(plain.finished),
        plain_sample_seconds=plain.seconds,
        plain_start_seconds=plain.start.seconds,
        plain_median_seconds=plain.median_seconds,
        plain_cpu_seconds=cpu_of_right(plain),
        start_seconds=ours.start.seconds,
        median_seconds=ours.median_seconds,
        peak_bytes=ours.peak_bytes,
        points_equal=not unequal,
        differences=unequal,
        lost_by_right_ones=losses(by_us),
        floor_of=floor,
    )


def cpu_of_right(usage: Usage) -> float:
    """The CPU seconds of a right submission: they come first, and are four of five."""
    right = len(usage.finished) - len(usage.finished) // 5
    return usage.finished[right - 1].cpu_seconds / right


def grade(
    room: Classroom, submissions: Sequence[Submission], advance: Callable[[], None]
) -> Graded:
    """Have nbgrader grade these submissions in a new course; what it took, and the points."""
    room.run("nbgrader", "generate_assignment", ASSIGNMENT)
    room.hand_in(submissions)
    log = room.root / "autograde.log"
    usage = measure(room, "nbgrader", "autograde", ASSIGNMENT, log=log, advance=advance)
    if usage.status != 0 or len(usage.finished) != len(submissions):
        raise GraderError(
            f"nbgrader autograde ended with status {usage.status} and finished "
            f"{len(usage.finished)} of {len(submissions)} submissions. What it said: {log}"
        )
    return usage, read_scores(room)


def losses(scores: Scores) -> list[str]:
    """The right submissions that did not earn every point."""
    best = most_points()
    names = (name for name, tasks in scores.items() if name.startswith("right") and tasks != best)
    return sorted(names)


def fresh(name: str) -> Path:
    """A folder of the benchmark's that is not there any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    return FOLDER / name
