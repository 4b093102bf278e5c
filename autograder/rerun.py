"""Run a notebook again where a hidden test took the whole sandbox with it.

How it works: a function that forks without an end, or fills the memory with many
processes, has the watchdog end the sandbox while tests run, and with it the frozen
copies of all other functions. The law that was running is tried once more in a
sandbox that no other task has used. Ends that one as well, then it is this task's
doing and costs its laws; the others go on in a new run. When too many runs were
needed, what is left is *not graded*: a person looks at it.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.errors import GraderError
from autograder.execution import Run
from autograder.kernel import Snapshot
from autograder.limits import Limits
from autograder.model import Law
from autograder.texts import Message, say

Start = Callable[[NotebookNode], contextlib.AbstractContextManager[Run]]


@dataclass(slots=True)
class Reruns:
    """The runs of one notebook, one after the other; `run` is the present one."""

    original: NotebookNode  # before its first run
    start: Start
    limits: Limits
    run: Run
    stack: contextlib.ExitStack
    used_by: set[str] = field(default_factory=set)  # the tasks that the present run was asked for
    ended_by: dict[str, Message] = field(default_factory=dict)  # task: how it ended a sandbox
    reruns: int = 0
    seconds: float = 0.0  # of all runs but the first
    remarks: list[str] = field(default_factory=list)  # for staff

    def snapshot(self, law: Law) -> Snapshot | Message:
        """The frozen copy for a law, or why there is none.

        Raises GraderError where another run would be needed and is not allowed any more.
        """
        if law.task in self.ended_by:
            return self.ended_by[law.task]
        if self.run.lost is not None:
            self.renew()
        self.used_by.add(law.task)
        snapshot = self.run.snapshots.get(law.task)
        if snapshot is None:
            raise GraderError(f"The notebook has no test cell test_{law.task}.")
        return snapshot

    def why(self) -> Message:
        """What a copy died of: the end of the whole sandbox, or its own."""
        return self.run.lost or Message.of("died")

    def undecided(self, law: Law) -> bool:
        """Whether a law that just ran must be tried again, since the sandbox ended meanwhile."""
        cause = self.run.lost
        if cause is None or law.task not in self.used_by or law.task in self.ended_by:
            return False
        if len(self.used_by) > 1:  # something that another task left behind may have done it
            return True
        self.ended_by[law.task] = cause
        self.remarks.append(f"{law.task}: {law.test} ended the sandbox: {say(cause, 'en')}")
        return False

    def renew(self) -> None:
        """Run the notebook again."""
        if self.reruns == self.limits.reruns or self.seconds > self.limits.cells_seconds:
            raise GraderError(
                f"Hidden tests ended the sandbox again and again: limit reruns "
                f"({self.limits.reruns}). The tests that were left did not run."
            )
        self.reruns += 1
        self.stack.close()
        start = time.monotonic()
        self.run = self.stack.enter_context(self.start(copy.deepcopy(self.original)))
        self.seconds += time.monotonic() - start
        self.used_by.clear()


@contextlib.contextmanager
def keep_running(notebook: NotebookNode, limits: Limits, start: Start) -> Iterator[Reruns]:
    """Run `notebook` in place; later runs are of copies. Raises GraderError where none starts."""
    original = copy.deepcopy(notebook)
    with contextlib.ExitStack() as stack:
        run = stack.enter_context(start(notebook))
        yield Reruns(original, start, limits, run, stack)
