"""A machine that grades for another one: it has the bundle, and neither course nor gradebook."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import msgspec

from autograder.grading.child import Children
from autograder.grading.grade import Job
from autograder.grading.process import check_in_subprocess, grade_in_subprocess
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.limits import Limits
from autograder.pool.bundle import Bundle, settle_in


class Host:
    """Grades the jobs of one assignment, from any number of threads."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        """The bundle's files are written to `folder`, which is not there before and after."""
        self.bundle = bundle
        self.folder = folder
        self.children = Children()
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, folder, ignore_errors=True)
        self.stack.callback(self.children.stop)
        self.warm: WarmKernels | None = None

    def start(self) -> None:
        """Unpack the bundle, and start what kernels are copied from.

        Raises OSError for a full disk, and GraderError where bubblewrap is missing.
        """
        self.bundle.unpack(self.folder)
        self.warm = self.stack.enter_context(open_warm_kernels())

    def check(self, limits: Limits) -> None:
        """Run a cell in a sandbox; raises GraderError or TimeoutError where none starts."""
        check_in_subprocess(limits, self.children, self.warm)

    def grade(self, order: bytes) -> bytes:
        """The Result for a Job, both as JSON; whatever happens, it is a Result."""
        job = settle_in(msgspec.json.decode(order, type=Job), self.folder)
        return msgspec.json.encode(grade_in_subprocess(job, self.children, self.warm))

    def close(self) -> None:
        """End what runs, and leave no file."""
        self.stack.close()
