"""Read and restore a submission in a subprocess.

How it works: a file of tiny objects takes thirty times its size once it is parsed. So
`submission.read` and `submission.restore` see it in a process with a limit on its memory and
its time; the process that grades the class gets a notebook that has the shape of the source
and is small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.grading.child import Children
from autograder.model.cells import read_notebook
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.model.messages import Message
from autograder.model.remarks import Noticed, Remarks
from autograder.submission.read import Intake, read_file, read_submission
from autograder.submission.restore import restore


@dataclass(frozen=True, slots=True)
class ReadJob:
    """A submission to read, and the `source` that it belongs to, a notebook as JSON."""

    path: str  # the submission's folder, or with `name` "" the notebook itself
    source: str
    name: str = ""  # of the notebook in that folder
    expected: tuple[str, ...] = ()  # the assignment's own files, nothing unusual in the folder
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A restored notebook as JSON, without answers where there is a fault, and what was noticed."""

    notebook: str
    noticed: Noticed = field(default_factory=Noticed)
    digest: str = ""  # of the file that was handed in, SHA-256


@dataclass(frozen=True, slots=True)
class Reply:
    """What the subprocess answers: a result, or the error of the grader."""

    result: ReadResult | None
    error: str = ""


def read_in_subprocess(job: ReadJob, children: Children | None = None) -> ReadResult:
    """The restored notebook; raises GraderError where the disk or the subprocess fails."""
    seconds, memory = job.limits.reading_seconds, job.limits.grading_bytes
    order = msgspec.json.encode(job)
    try:
        answer = (children or Children()).run(answer_read, order, seconds=seconds, memory=memory)
    except TimeoutError:
        return restore_intake(unreadable("unread_time", seconds=f"{seconds:g}"), source_of(job))
    reply = msgspec.json.decode(answer, type=Reply)
    if reply.result is None:
        raise GraderError(reply.error)
    return reply.result


def restore_intake(intake: Intake, source: NotebookNode) -> ReadResult:
    """What was read, in the shape of the source."""
    restored = restore(intake.notebook or new_notebook(), source)
    remarks = Remarks(list(intake.remarks))
    for remark in restored.remarks if intake.fault is None else ():  # or every cell is missing
        remarks.add(remark)
    noticed = Noticed(tuple(remarks.said), intake.fault)
    return ReadResult(nbformat.writes(restored.notebook), noticed, intake.digest)


def source_of(job: ReadJob) -> NotebookNode:
    """The source notebook; raises GraderError where it is no notebook."""
    return read_notebook(job.source, name="The source notebook")


def unreadable(key: str, **data: str) -> Intake:
    """The intake of a file that could not be read."""
    return Intake(None, fault=Message.of(key, **data))


# --- in the subprocess --------------------------------------------------------


def answer_read(order: bytes) -> bytes:
    """Read and restore the submission that a ReadJob names; the Reply as JSON."""
    job = msgspec.json.decode(order, type=ReadJob)
    try:
        reply = Reply(restore_intake(read(job), source_of(job)))
    except MemoryError:
        intake = unreadable("unread_memory", mib=f"{job.limits.grading_bytes / MIB:g}")
        reply = Reply(restore_intake(intake, source_of(job)))
    except GraderError as error:
        reply = Reply(None, str(error))
    return msgspec.json.encode(reply)


def read(job: ReadJob) -> Intake:
    """The notebook in the folder, or in the file; raises GraderError."""
    path = Path(job.path)
    if job.name:
        return read_submission(path, job.name, job.limits, expected=job.expected)
    try:
        return read_file(path, job.limits)
    except OSError as error:
        raise GraderError(f"The notebook {path} can't be read: {error}.") from error
