"""Grade in a process of its own.

How it works: the order goes to a fresh Python process as JSON, and the result comes
back. So no submission meets what pytest, Hypothesis or a hidden test left behind by
another, and a crash of the grader costs one submission: its tasks are *not graded*,
and the fault is named.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import dataclass, replace

import msgspec

from autograder.errors import GraderError
from autograder.grading import FAULT_LENGTH, Job, Result, grade, refuse
from autograder.limits import Limits
from autograder.model import Law
from autograder.plugin import Grading
from autograder.suite import run_suite


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
        return msgspec.json.decode(run_apart(job, longest(job.limits)), type=Result)
    except (GraderError, OSError, msgspec.DecodeError) as error:
        return refuse(job, f"The grading process failed: {error}")


def collect_apart(course: str, assignment: str) -> tuple[Law, ...]:
    """The laws of an assignment, read in a fresh process; raises GraderError for a broken suite."""
    answer = run_apart(Inventory(course, assignment), seconds=300)
    inventory = msgspec.json.decode(answer, type=Inventory)
    if inventory.faults:
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(inventory.faults))
    return inventory.laws


def run_apart(order: Job | Inventory, seconds: float) -> bytes:
    """Start a process, give it the order, and wait for what it writes."""
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-P", "-m", "autograder.process", type(order).__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )
    log: list[bytes] = []
    with process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin and stdout and stderr
        reader = threading.Thread(target=lambda: log.append(stderr.read()), daemon=True)
        reader.start()
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        # its standard input stays open while we live: its end tells the process to end
        stdin.write(msgspec.json.encode(order) + b"\n")
        stdin.flush()
        answer = stdout.read()
        status = process.wait()
        alarm.cancel()
        reader.join()
    if status != 0:
        said = b"".join(log).decode(errors="replace").strip()[-FAULT_LENGTH:]
        raise GraderError(f"The grading process ended with status {status}.\n{said}")
    return answer


def longest(limits: Limits) -> float:
    """Seconds after which the grading process itself must have hung."""
    starts = limits.start_seconds * (limits.restarts + limits.reruns + 1)
    cells = 3 * limits.cells_seconds  # the first run, reruns as long together, and the last of them
    return 2 * (starts + cells + limits.calls_seconds + limits.cell_seconds) + 120


# --- in that process ----------------------------------------------------------


def main() -> None:
    """Read an order from standard input, carry it out, write the result to standard output."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what pytest prints is a log, not the result
    line = sys.stdin.buffer.readline()
    threading.Thread(target=end_with_parent, daemon=True).start()
    result: Result | Inventory
    if sys.argv[1] == "Job":
        result = grade(msgspec.json.decode(line, type=Job))
    else:
        result = take_inventory(msgspec.json.decode(line, type=Inventory))
    with os.fdopen(answer, "wb") as stream:
        stream.write(msgspec.json.encode(result))


def take_inventory(inventory: Inventory) -> Inventory:
    """The laws of an assignment's hidden tests, without running one."""
    session = Grading()
    run_suite(inventory.course, inventory.assignment, session, options=["--collect-only"])
    return replace(inventory, laws=tuple(session.laws.values()), faults=tuple(session.faults))


def end_with_parent() -> None:
    """End when the process that asked is gone: nobody would read the answer."""
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
