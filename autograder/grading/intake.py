"""Read and restore what was handed in, in a process of its own.

How it works: a file of tiny objects takes thirty times its size once it is parsed. So
`intake` and `submission.restore` see it in a process with a bound on its memory and its time;
the process of the class gets a notebook that has the shape of the source and is small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import nbformat
from nbformat.v4 import new_notebook

from autograder.grading.child import run_apart, serve
from autograder.model.cells import read_notebook
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.model.messages import Message
from autograder.submission.read import Intake, Remarks, read_file, read_submission
from autograder.submission.restore import restore


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in, and the `source` that it belongs to, a notebook as JSON."""

    path: str  # the submission's folder, or with `name` "" the notebook itself
    source: str
    name: str = ""  # of the notebook in that folder
    expected: tuple[str, ...] = ()  # the assignment's own files, nothing unusual in the folder
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Reading:
    """A restored notebook as JSON, without answers where there is a `fault`."""

    notebook: str
    remarks: tuple[str, ...] = ()  # what was unusual, for staff
    fault: Message | None = None  # why nobody can read what was handed in
    trouble: str = ""  # why the grader could not


def read_apart(handed: Handed) -> Reading:
    """The restored notebook; raises GraderError where the disk or the process fails."""
    seconds, memory = handed.limits.reading_seconds, handed.limits.grading_bytes
    order = msgspec.json.encode(handed)
    try:
        answer = run_apart(
            "autograder.grading.intake", "Handed", order, seconds=seconds, memory=memory
        )
    except TimeoutError:
        return restored(handed, unread("unread_time", seconds=f"{seconds:g}"))
    reading = msgspec.json.decode(answer, type=Reading)
    if reading.trouble:
        raise GraderError(reading.trouble)
    return reading


def restored(handed: Handed, intake: Intake) -> Reading:
    """What was read, in the shape of the source."""
    source = read_notebook(handed.source, name="The source notebook")
    made = restore(intake.notebook or new_notebook(), source)
    remarks = Remarks(list(intake.remarks))
    for remark in made.remarks if intake.fault is None else ():  # or every cell is missing
        remarks.add(remark)
    return Reading(nbformat.writes(made.notebook), tuple(remarks.said), intake.fault)


def unread(key: str, **data: str) -> Intake:
    """What is known of a file that could not be read."""
    return Intake(None, fault=Message.of(key, **data))


# --- in that process ----------------------------------------------------------


def carry_out(kind: str, order: bytes) -> bytes:
    """Read what the order names."""
    del kind
    handed = msgspec.json.decode(order, type=Handed)
    try:
        reading = restored(handed, read(handed))
    except MemoryError:
        mib = f"{handed.limits.grading_bytes / MIB:g}"
        reading = restored(handed, unread("unread_memory", mib=mib))
    except GraderError as error:
        reading = Reading("", trouble=str(error))
    return msgspec.json.encode(reading)


def read(handed: Handed) -> Intake:
    """The notebook in the folder, or in the file; raises GraderError."""
    path = Path(handed.path)
    if handed.name:
        return read_submission(path, handed.name, handed.limits, expected=handed.expected)
    try:
        return read_file(path, handed.limits)
    except OSError as error:
        raise GraderError(f"The notebook {path} can't be read: {error}.") from error


if __name__ == "__main__":
    serve(carry_out)
