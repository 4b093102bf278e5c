"""Read and grade several submissions at a time, each step in a child process of its own.

How it works: submissions are read on this machine, and graded here or, where a scheduler is set,
on the workers of a Dask cluster (`cluster`).
"""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Protocol

from autograder.course.digest import digests_of_suite
from autograder.course.settings import Settings
from autograder.grading.child import Children
from autograder.grading.earlier import digests_of_results
from autograder.grading.examples import recorded_examples
from autograder.grading.grade import Job, Result
from autograder.grading.intake import ReadJob, ReadResult, read_in_subprocess
from autograder.grading.pipeline import grade_submission
from autograder.grading.process import grade_in_subprocess
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.pool.bundle import pack
from autograder.pool.scheduler import open_scheduler

ENOUGH = 4  # submissions, for which it pays to load a process that kernels are copied from
MOST_THREADS = 1024  # each waits for a submission that a cluster grades


class Graders(Protocol):
    """Where submissions are graded."""

    @property
    def width(self) -> int:
        """How many are graded at the same time."""

    def grade(self, job: Job) -> Result:
        """The result, from any thread; raises ClusterLost where nobody is left to grade."""

    def stop(self) -> None:
        """Give up: nobody waits for a result any more."""


class LocalGraders:
    """Children of this process."""

    def __init__(self, children: Children, width: int, warm: WarmKernels | None) -> None:
        """With `warm` their kernels are copied."""
        self.children = children
        self.width = width
        self.warm = warm

    def grade(self, job: Job) -> Result:
        """The result of a child."""
        return grade_in_subprocess(job, self.children, self.warm)

    def stop(self) -> None:
        """End all children."""
        self.children.stop()


class GradingPool:
    """So many submissions at a time; on leaving, what was not finished is given up."""

    def __init__(
        self, course: Path, assignment: str, settings: Settings, *, expected: int = 1
    ) -> None:
        """For about so many submissions: what pays only for some is left out for fewer."""
        self.expected = expected
        self.course = course
        self.assignment = assignment
        self.settings = settings
        self.children = Children()
        self.threads = ThreadPoolExecutor(
            MOST_THREADS if settings.scheduler else settings.processes,
            thread_name_prefix="grading",
        )
        self.examples: tuple[str, ...] = ()  # files
        self.digests: dict[str, str] = {}  # of the files with hidden tests
        self.graders: Graders | None = None  # None before somebody needs them
        self.stack = contextlib.ExitStack()

    def __enter__(self) -> GradingPool:
        """Raises GraderError where the scheduler can't be reached, or has no worker that grades."""
        if self.settings.scheduler:
            self.prepare()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.children.stop()
        if self.graders is not None:
            self.graders.stop()
        self.threads.shutdown()
        self.stack.close()

    @property
    def width(self) -> int:
        """How many submissions are graded at the same time."""
        return self.graders.width if self.graders is not None else self.settings.processes

    def prepare(self) -> Graders:
        """Start what grades, and see that the examples of the hidden tests are recorded."""
        if self.settings.scheduler:
            self.record()
            self.graders = self.open_cluster()
        else:
            self.graders = LocalGraders(self.children, self.settings.processes, self.open_warm())
            self.record()  # while what kernels are copied from is loading
        return self.graders

    def open_warm(self) -> WarmKernels | None:
        """What kernels are copied from, where it pays."""
        if self.expected >= ENOUGH and not self.settings.unsandboxed:
            with contextlib.suppress(GraderError):  # each submission says what is missing
                return self.stack.enter_context(open_warm_kernels())
        return None

    def open_cluster(self) -> Graders:
        """The workers of the scheduler; raises GraderError."""
        bundle = pack(self.course, self.assignment, self.examples)
        return self.stack.enter_context(open_scheduler(self.settings, bundle))

    def record(self) -> None:
        """See that examples are recorded, and on what results depend."""
        course, assignment, settings = self.course, self.assignment, self.settings
        with contextlib.suppress(GraderError):  # each submission says what is missing
            tests = digests_of_suite(course, assignment)
            self.examples = recorded_examples(
                tests, course, assignment, settings.limits, processes=settings.processes
            )
            self.digests = digests_of_results(tests, course, assignment, settings)

    def read(self, job: ReadJob) -> Future[ReadResult]:
        """A submission, restored; fails with GraderError where the disk or the child fails."""
        return self.threads.submit(read_in_subprocess, job, self.children)

    def grade(self, submission: ReadResult, earlier: Grade | None = None) -> Future[Result]:
        """The grade of a restored submission; fails with ClusterLost, and with nothing else.

        The first one waits until the examples of the hidden tests are recorded. Of an earlier
        grade the tasks are kept for which nothing has changed.
        """
        graders = self.graders or self.prepare()
        work = partial(
            grade_submission,
            run=graders.grade,
            examples=self.examples,
            digests=self.digests,
            earlier=earlier,
        )
        return self.threads.submit(work, self.course, self.assignment, submission, self.settings)
