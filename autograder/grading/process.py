"""Grade in a child process.

How it works: no submission meets what pytest, Hypothesis or a hidden test left behind by
another. If the grader crashes, or a submission makes it need more memory than its limit, that
costs this submission alone: its tasks are *not graded*, and the fault is named.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import msgspec
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.child import Answer, Children
from autograder.grading.grade import Job, Result, grade, refuse
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session
from autograder.kernel.execute import run_notebook
from autograder.kernel.warm import WarmKernels
from autograder.model.errors import GraderError
from autograder.model.grade import Law
from autograder.model.limits import Limits

COLLECTING_SECONDS = 300.0
CHECKING_SECONDS = 120.0  # for the first sandbox of a machine


def grade_in_subprocess(
    job: Job, children: Children | None = None, warm: WarmKernels | None = None
) -> Result:
    """`grade` in a child; whatever happens to it, the result is a Result."""
    order, seconds = msgspec.json.encode(job), longest(job.limits)
    try:
        answer = ask(with_kernels(answer_grade, warm), order, seconds, job.limits, children)
        return msgspec.json.decode(answer, type=Result)
    except (GraderError, OSError, msgspec.DecodeError) as error:
        return refuse(job, f"The grading process failed: {error}")


def check_in_subprocess(
    limits: Limits, children: Children | None = None, warm: WarmKernels | None = None
) -> None:
    """Run a cell in a sandbox; raises GraderError or TimeoutError where none starts."""
    order = msgspec.json.encode(limits)
    ask(with_kernels(answer_check, warm), order, CHECKING_SECONDS, limits, children)


def collect_in_subprocess(course: str, assignment: str) -> tuple[Law, ...]:
    """The laws of an assignment, read in a child; raises GraderError for a broken suite."""
    order = msgspec.json.encode(CollectJob(course, assignment))
    try:
        answer = ask(answer_collect, order, COLLECTING_SECONDS, Limits())
    except TimeoutError as error:
        raise GraderError(f"The hidden tests can't be read: {error}.") from error
    inventory = msgspec.json.decode(answer, type=Inventory)
    if inventory.faults:
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(inventory.faults))
    return inventory.laws


@dataclass(frozen=True, slots=True)
class CollectJob:
    """The assignment whose hidden tests are to be collected."""

    course: str
    assignment: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The laws of an assignment, and what pytest could not collect."""

    laws: tuple[Law, ...]
    faults: tuple[str, ...]


def ask(
    answer: Answer, order: bytes, seconds: float, limits: Limits, children: Children | None = None
) -> bytes:
    """What `answer` says to an order in a child, both as JSON."""
    return (children or Children()).run(answer, order, seconds=seconds, memory=limits.grading_bytes)


def with_kernels(answer: Callable[..., bytes], warm: WarmKernels | None) -> Answer:
    """`answer` with the channel over which kernels can be had that are loaded already."""
    return partial(answer, channel=warm.nursery.channel if warm is not None else None)


def longest(limits: Limits) -> float:
    """Seconds after which the grading process itself must have hung."""
    starts = limits.start_seconds * (limits.kernel_runs + limits.reruns)
    # worst case: first run + all reruns (capped at cells_seconds) + one last rerun that began
    # just below the cap
    cells = 3 * limits.cells_seconds
    return 2 * (starts + cells + limits.calls_seconds + limits.cell_seconds) + 120


# --- in the child -------------------------------------------------------------


def answer_grade(content: bytes, channel: socket.socket | None = None) -> bytes:
    """Grade one submission."""
    job = msgspec.json.decode(content, type=Job)
    return msgspec.json.encode(grade(job, kernels_of(channel)))


def answer_check(content: bytes, channel: socket.socket | None = None) -> bytes:
    """Run a cell in a sandbox with these limits."""
    limits = msgspec.json.decode(content, type=Limits)
    notebook = new_notebook(cells=[new_code_cell("1")])
    with run_notebook(notebook, limits, warm=kernels_of(channel)):
        return b"it runs"


def kernels_of(channel: socket.socket | None) -> WarmKernels | None:
    """Those of the process that gave the order."""
    return WarmKernels.handed_down(channel.detach()) if channel is not None else None


def answer_collect(content: bytes) -> bytes:
    """Read the laws of an assignment, without running one."""
    job = msgspec.json.decode(content, type=CollectJob)
    judge = JudgePlugin()
    run_session(job.course, job.assignment, judge, options=["--collect-only"])
    return msgspec.json.encode(Inventory(tuple(judge.laws.values()), tuple(judge.faults)))
