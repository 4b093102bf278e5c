"""Run a notebook again where a hidden test ended in a way that others may have caused.

How it works: a function that forks without an end, or fills the memory with many
processes, has the watchdog end the sandbox while tests run, and with it the frozen copies
of all other functions. A worker may be killed from outside, as by the machine's memory
killer, and a copy may come too late. None of this says whose doing it is. So the law that
was running is tried once more, in a sandbox that no other law has used. If it ends there as
well, it is this law's doing and costs its points. (Where a whole sandbox ended, another one
must first survive for as long while nothing runs in it.) After too many runs, the laws that
are left are *not graded*: a person looks at them.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.kernel.execute import Run
from autograder.model.errors import GraderError, NoCopy
from autograder.model.grade import Law, LawName
from autograder.model.limits import Limits
from autograder.model.messages import Message, render
from autograder.student.budget import Budget
from autograder.student.snapshot import Snapshot
from autograder.student.transport import Helper, NoSnapshot, Transport, WorkerTransport

Start = Callable[[NotebookNode], contextlib.AbstractContextManager[Run]]
LOOK_SECONDS = 0.2  # between two looks at a sandbox in which nothing runs


@dataclass(slots=True)
class Reruns:
    """The runs of one notebook, one after the other; `run` is the present one.

    A `judge.source.StudentSource`: it opens a frozen copy for each law.
    """

    original: NotebookNode  # before its first run
    start: Start
    limits: Limits
    run: Run
    stack: contextlib.ExitStack
    budget: Budget  # of all calls
    began: float = field(default_factory=time.monotonic)  # when the present run was ready
    used_by: set[LawName] = field(default_factory=set)  # whom the present run has answered
    doubted: set[LawName] = field(default_factory=set)  # what must meet a run of its own
    confirmed: set[tuple[str, str]] = field(default_factory=set)  # a task, and how its laws end
    helper: Helper | None = None  # answers for earlier functions, where laws run once more
    transport: WorkerTransport | None = None  # of the law that runs
    looked_for: bool = False  # whether the notebook ran again for copies that were not made
    rested: float = 0.0  # seconds that a sandbox survived while nothing ran in it
    reruns: int = 0
    seconds: float = 0.0  # of all runs but the first
    remarks: list[str] = field(default_factory=list)  # for staff

    def open(self, law: Law) -> Transport:
        """The transport to a frozen copy for a law, with the time of one test.

        Raises GraderError where there is no copy and nobody knows why, or where another run
        would be needed and is not allowed any more.
        """
        self.transport = None  # that of the law before says nothing of this one
        if self.run.lost is not None or (law.name in self.doubted and self.used_by):
            self.renew()
        snapshot = self.snapshot(law.task)
        self.used_by.add(law.name)
        if isinstance(snapshot, Message):
            return NoSnapshot(snapshot)
        test = Budget(self.limits.test_seconds, "test_seconds", within=self.budget)
        self.transport = WorkerTransport(snapshot, self.limits, test, self.helper)
        return self.transport

    def snapshot(self, task: str) -> Snapshot | Message:
        """The frozen copy for a task; where none was made, the notebook runs once more."""
        if task not in self.run.snapshots and not self.looked_for:
            self.looked_for = True
            self.remarks.append(f"the notebook ran again: it was not copied at test_{task}")
            self.renew()
        if task not in self.run.snapshots:
            raise NoCopy(f"The kernel could not be copied at the test cell test_{task}.")
        return self.run.snapshots[task]

    @property
    def lost(self) -> bool:
        """Whether the present sandbox is gone."""
        return self.run.lost is not None

    def must_retry(self, law: Law) -> bool:
        """Whether a law that just ran must be tried again: its end may be others' doing.

        Raises GraderError where nobody can tell whose doing it is.
        """
        lost = self.run.lost
        doubt = render(lost, "en") if lost else self.transport.doubt if self.transport else ""
        if not doubt:
            return False
        if not self.decided(law, doubt):
            self.doubted.add(law.name)
            self.remarks.append(f"{law.task}: {law.test} ran again in a new sandbox: {doubt}")
            return True
        if lost is not None:
            self.survive(time.monotonic() - self.began)
        self.remarks.append(f"{law.task}: {law.test} ended once more: {doubt}")
        self.confirmed.add((law.task, doubt))
        return False

    def decided(self, law: Law, doubt: str) -> bool:
        """Whether it is this law's doing: it has had its second run, or does what others do.

        A law of the same task may already have been found to end in this way. Where a whole
        sandbox ended, that counts only if no other law had used it.
        """
        alone = self.run.lost is None or self.used_by == {law.name}
        return law.name in self.doubted or ((law.task, doubt) in self.confirmed and alone)

    def survive(self, seconds: float) -> None:
        """See that a sandbox lasts as long when nothing runs in it; raises GraderError."""
        if seconds <= self.rested:
            return
        self.renew()
        while time.monotonic() - self.began < seconds + 1:
            if self.run.lost is not None:
                raise GraderError(
                    "A sandbox ended while nothing ran in it: what the notebook's cells left "
                    f"behind does that. {render(self.run.lost, 'en')}"
                )
            time.sleep(LOOK_SECONDS)
        self.rested = seconds

    def renew(self) -> None:
        """Run the notebook again."""
        if self.reruns == self.limits.reruns or self.seconds > self.limits.cells_seconds:
            raise GraderError(
                f"The notebook ran again and again, since tests ended it: limit reruns "
                f"({self.limits.reruns}). The tests that were left did not run."
            )
        self.reruns += 1
        self.stack.close()
        start = time.monotonic()
        self.run = self.stack.enter_context(self.start(copy.deepcopy(self.original)))
        self.began = time.monotonic()
        self.seconds += self.began - start
        self.used_by.clear()


@contextlib.contextmanager
def keep_running(notebook: NotebookNode, limits: Limits, start: Start) -> Iterator[Reruns]:
    """Run `notebook` in place; later runs are of copies. Raises GraderError where none starts."""
    original = copy.deepcopy(notebook)
    with contextlib.ExitStack() as stack:
        run = stack.enter_context(start(notebook))
        budget = Budget(limits.calls_seconds, "calls_seconds")
        yield Reruns(original, start, limits, run, stack, budget)
