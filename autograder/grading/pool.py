"""Read and grade several submissions at a time, each step in a child process of its own."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType

from autograder.course.digest import digests_of_suite
from autograder.course.settings import Settings
from autograder.grading.child import Children
from autograder.grading.earlier import digests_of_results
from autograder.grading.examples import recorded_examples
from autograder.grading.grade import Result
from autograder.grading.intake import ReadJob, ReadResult, read_in_subprocess
from autograder.grading.pipeline import grade_submission
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.errors import GraderError
from autograder.model.grade import Grade

ENOUGH = 4  # submissions, for which it pays to load a process that kernels are copied from


class GradingPool:
    """So many children at a time; on leaving, what was not finished is given up."""

    def __init__(
        self, course: Path, assignment: str, settings: Settings, *, expected: int = 1
    ) -> None:
        """For about so many submissions: what pays only for some is left out for fewer."""
        self.expected = expected
        self.course = course
        self.assignment = assignment
        self.settings = settings
        self.children = Children()
        self.threads = ThreadPoolExecutor(settings.processes, thread_name_prefix="grading")
        self.examples: tuple[str, ...] | None = None  # files; None before somebody needs them
        self.digests: dict[str, str] = {}  # of the files with hidden tests
        self.warm: WarmKernels | None = None
        self.stack = contextlib.ExitStack()

    def __enter__(self) -> GradingPool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)
        self.children.stop()
        self.threads.shutdown()
        self.stack.close()

    def prepare(self) -> None:
        """Start what kernels are copied from, and see that examples are recorded meanwhile."""
        if self.expected >= ENOUGH and not self.settings.unsandboxed:
            with contextlib.suppress(GraderError):  # each submission says what is missing
                self.warm = self.stack.enter_context(open_warm_kernels())
        course, assignment, settings = self.course, self.assignment, self.settings
        self.examples = ()
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
        """The grade of a restored submission; it never fails.

        The first one waits until the examples of the hidden tests are recorded. Of an earlier
        grade the tasks are kept for which nothing has changed.
        """
        if self.examples is None:
            self.prepare()
        work = partial(
            grade_submission,
            children=self.children,
            warm=self.warm,
            examples=self.examples or (),
            digests=self.digests,
            earlier=earlier,
        )
        return self.threads.submit(work, self.course, self.assignment, submission, self.settings)
