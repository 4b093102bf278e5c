"""The least that a grading can compute: a bare warm process that runs cells and makes calls.

How it works: the laws are tried on the reference once, and every request that they make is
kept. A submission is then a plain namespace in which its cells are executed (pictures are
drawn, as Jupyter does) and its functions are called with the same arguments, which are ready
before the clock starts. No kernel, no wire, no law, no example is drawn. Run as a program it
prints the CPU seconds of some submissions of the class, by name, as JSON.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import matplotlib
from matplotlib import pyplot

from autograder.course.answers import load_reference
from autograder.guest import wire
from autograder.guest.answer import take_forms
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session
from autograder.model.cells import is_test
from autograder.model.grade import Law
from autograder.student.inprocess import InProcessTransport
from autograder.student.transport import Request, Transport
from tests.bench.students import right
from tests.kit.submissions import ASSIGNMENT, ROOT, Submission

ROUNDS = 5
Namespace = dict[str, Any]


def measure_floor(numbers: Iterable[int], advance: Callable[[], None]) -> dict[str, float]:
    """The CPU seconds of these right submissions by name: the median of some rounds each."""
    command = [sys.executable, "-m", "tests.bench.floor", *map(str, numbers)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found: dict[str, float] = {}
            for line in process.stdout:
                found |= json.loads(line)
                advance()
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with status {process.returncode}")
    return found


# --- in that process ----------------------------------------------------------


@dataclass(slots=True)
class Recorder(InProcessTransport):
    """Answers the laws' requests, and keeps them."""

    requests: list[Request] = field(default_factory=list)

    def ask(self, request: bytes) -> bytes:
        """The reply to a request that is kept."""
        self.requests.append(wire.from_bytes(request))
        return InProcessTransport.ask(self, request)


@dataclass(slots=True)
class ReferenceSource:
    """A `judge.source.StudentSource`: the reference, and all that it was asked."""

    requests: list[Request] = field(default_factory=list)
    lost: bool = False

    def open(self, law: Law) -> Transport:
        """A transport to the reference."""
        del law
        return Recorder(load_reference(ROOT, ASSIGNMENT), requests=self.requests)

    def must_retry(self, law: Law) -> bool:
        """Never."""
        del law
        return False


@dataclass(frozen=True, slots=True)
class Asked:
    """A request with its arguments as Python's values."""

    function: str
    arguments: list[Any]
    named: dict[str, Any]
    times: int | None
    each: bool


def main() -> int:
    """Print the seconds of the submissions whose numbers are named."""
    matplotlib.use("agg")
    pyplot.show = show  # type: ignore[assignment]  # nobody passes an argument
    warnings.simplefilter("ignore")
    source = ReferenceSource()
    with contextlib.redirect_stdout(io.StringIO()):
        judge = JudgePlugin(source)
        run_session(str(ROOT), ASSIGNMENT, judge)
    if not all(outcome.status == "passed" for outcome in judge.outcomes):
        raise RuntimeError("The reference does not keep every law: see autograder audit.")
    for submission in map(right, map(int, sys.argv[1:])):
        run_once(submission, source.requests)  # what is imported and cached only once
        seconds = median(run_once(submission, source.requests) for _ in range(ROUNDS))
        print(json.dumps({submission.name: seconds}), flush=True)
    return 0


def run_once(submission: Submission, requests: Iterable[Request]) -> float:
    """The CPU seconds of the cells and calls of a submission."""
    cells = [c for c in submission.notebook().cells if c.cell_type == "code" and not is_test(c)]
    codes = [compile(cell.source, cell.id, "exec", dont_inherit=True) for cell in cells]
    asked = [decode(request) for request in requests if "call" in request]
    gc.collect()
    gc.freeze()  # what is ready before the clock starts costs nothing afterwards
    namespace: Namespace = {"__name__": "__main__", "display": discard}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        start = time.process_time()
        for code in codes:
            exec(code, namespace)
        for each in asked:
            with contextlib.suppress(Exception):  # refusing an argument may be right
                call(each, namespace)
        return time.process_time() - start


def decode(request: Request) -> Asked:
    """A request as the guest would take it."""
    arguments, named = wire.unpack(request["arguments"]), wire.unpack(request["named"])
    take_forms(arguments, named, request.get("forms", {}))
    return Asked(request["call"], arguments, named, request["repeat"], bool(request.get("each")))


def call(asked: Asked, namespace: Namespace) -> None:
    """Make the calls of a request."""
    function = namespace[asked.function]
    if asked.each:
        for arguments in asked.arguments:
            function(*arguments)
    else:
        for _ in range(1 if asked.times is None else asked.times):
            function(*asked.arguments, **asked.named)


def discard(*shown: object) -> None:
    """What IPython's `display` shows beside figures costs nothing here."""
    del shown


def show() -> None:
    """Draw all open figures as Jupyter does, and close them."""
    for number in pyplot.get_fignums():
        pyplot.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
    pyplot.close("all")


if __name__ == "__main__":
    sys.exit(main())
