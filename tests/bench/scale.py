"""Classes of several sizes, graded by several numbers of workers: time and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.machine import describe_machine
from tests.bench.ours import make_our_course, workers_used
from tests.bench.students import students
from tests.bench.throughput import Progress, fresh, grade


@dataclass(frozen=True, slots=True)
class Step:
    """One class and one number of workers."""

    class_size: int
    workers: object
    seconds: float
    median_seconds: float  # of a submission
    cpu_seconds: float  # of a submission
    peak_bytes: int  # of the coordinating process alone
    machine: dict[str, object]


def measure_scale(sizes: Sequence[int], workers: Sequence[int], progress: Progress) -> list[Step]:
    """Grade a class of each size with each number of workers that the engine can have."""
    used = dict.fromkeys(workers_used(number) for number in workers)
    return [measure_step(size, number, progress) for size in sizes for number in used]


def measure_step(size: int, workers: object, progress: Progress) -> Step:
    """Grade one class."""
    machine = describe_machine()
    number = workers if isinstance(workers, int) else None
    room = make_our_course(fresh("scale"), number)
    usage, _ = grade(room, students(size), progress(f"{size} with {workers} workers", size))
    return Step(
        size,
        workers,
        usage.seconds,
        usage.median_seconds,
        usage.cpu_seconds / size,
        usage.peak_bytes,
        machine,
    )
