"""A machine that grades for another one: it has the bundle, and neither course nor gradebook."""

from __future__ import annotations

import contextlib
import shutil
import socket
from functools import partial
from pathlib import Path

import msgspec
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.child import Children
from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from autograder.kernel.execute import run_notebook
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.limits import Limits
from autograder.pool.bundle import Bundle, settle_in

STARTING_SECONDS = 120.0  # for the first sandbox of a machine


class Host:
    """Grades the jobs of one assignment, from any number of threads."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        """The bundle's files are written to `folder`, which is not there before and after."""
        self.folder = folder
        self.children = Children()
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.stack.callback(self.children.stop)
        bundle.unpack(folder)
        self.warm: WarmKernels | None = None

    def start(self) -> None:
        """Start what kernels are copied from; raises GraderError where bubblewrap is missing."""
        self.warm = self.stack.enter_context(open_warm_kernels())

    def check(self, limits: Limits) -> None:
        """Start a sandboxed kernel once; raises GraderError or TimeoutError where none starts."""
        work = partial(answer_check, channel=self.channel)
        order, memory = msgspec.json.encode(limits), limits.grading_bytes
        self.children.run(work, order, seconds=STARTING_SECONDS, memory=memory)

    @property
    def channel(self) -> socket.socket | None:
        """What a child needs to have kernels copied."""
        return self.warm.nursery.channel if self.warm is not None else None

    def grade(self, order: bytes) -> bytes:
        """The Result for a Job, both as JSON; whatever happens, it is a Result."""
        job = settle_in(msgspec.json.decode(order, type=Job), self.folder)
        return msgspec.json.encode(grade_in_subprocess(job, self.children, self.warm))

    def close(self) -> None:
        """End what runs, and leave no file."""
        self.stack.close()


# --- in the child -------------------------------------------------------------


def answer_check(order: bytes, channel: socket.socket | None = None) -> bytes:
    """Run a cell in a sandbox."""
    limits = msgspec.json.decode(order, type=Limits)
    warm = WarmKernels.handed_down(channel.detach()) if channel is not None else None
    with run_notebook(new_notebook(cells=[new_code_cell("1")]), limits, warm=warm):
        return b"it runs"
