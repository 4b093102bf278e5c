"""Grade in a process of its own.

How it works: no submission meets what pytest, Hypothesis or a hidden test left behind by
another, and a crash of the grader costs one submission: its tasks are *not graded*, and
the fault is named. So does a submission that makes the grader need more memory than its limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from autograder.grading.child import run_apart, serve
from autograder.grading.grade import Job, Result, grade, refuse
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session
from autograder.model.errors import GraderError
from autograder.model.grade import Law
from autograder.model.limits import Limits


@dataclass(frozen=True, slots=True)
class Inventory:
    """The laws of an assignment, and what pytest could not collect."""

    course: str
    assignment: str
    laws: tuple[Law, ...] = ()
    faults: tuple[str, ...] = ()


def grade_apart(job: Job) -> Result:
    """`grade` in a fresh process; whatever happens to it, the result is a Result."""
    try:
        return msgspec.json.decode(ask(job, longest(job.limits), job.limits), type=Result)
    except (GraderError, OSError, msgspec.DecodeError) as error:
        return refuse(job, f"The grading process failed: {error}")


def collect_apart(course: str, assignment: str) -> tuple[Law, ...]:
    """The laws of an assignment, read in a fresh process; raises GraderError for a broken suite."""
    answer = ask(Inventory(course, assignment), 300, Limits())
    inventory = msgspec.json.decode(answer, type=Inventory)
    if inventory.faults:
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(inventory.faults))
    return inventory.laws


def ask(order: Job | Inventory, seconds: float, limits: Limits) -> bytes:
    """The answer to an order, as JSON."""
    kind, content = type(order).__name__, msgspec.json.encode(order)
    memory = limits.grading_bytes
    return run_apart("autograder.grading.process", kind, content, seconds=seconds, memory=memory)


def longest(limits: Limits) -> float:
    """Seconds after which the grading process itself must have hung."""
    kernels = 2 * limits.restarts + limits.probes + limits.reruns + 1  # see execution and rerun
    starts = limits.start_seconds * kernels
    cells = 3 * limits.cells_seconds  # the first run, reruns as long together, and the last of them
    return 2 * (starts + cells + limits.calls_seconds + limits.cell_seconds) + 120


# --- in that process ----------------------------------------------------------


def carry_out(kind: str, order: bytes) -> bytes:
    """The answer to an order of that kind."""
    if kind == Job.__name__:
        return msgspec.json.encode(grade(msgspec.json.decode(order, type=Job)))
    return msgspec.json.encode(take_inventory(msgspec.json.decode(order, type=Inventory)))


def take_inventory(inventory: Inventory) -> Inventory:
    """The laws of an assignment's hidden tests, without running one."""
    session = JudgePlugin()
    run_session(inventory.course, inventory.assignment, session, options=["--collect-only"])
    return replace(inventory, laws=tuple(session.laws.values()), faults=tuple(session.faults))


if __name__ == "__main__":
    serve(carry_out)
