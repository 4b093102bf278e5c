"""Try an answer of the course's own on the hidden tests, without a sandbox.

How it works: the same plugin, the same suite and the same proxy as in grading judge
what the guest's code answers; only the kernel and the process between them are left
out. A test proves that the outcomes are those of the real path. Whoever tries many
answers forks a process for each (`audit`), since pytest holds global state.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.bank import Answer, Namespace, answer_in, load_reference
from autograder.errors import GraderError
from autograder.grading import pytest_args
from autograder.inplace import InPlaceLine
from autograder.limits import Limits
from autograder.model import Law, Outcome
from autograder.plugin import Grading
from autograder.student import Student


@dataclass(frozen=True, slots=True)
class Bench:
    """What answers are tried on: a course's suite for an assignment, and its reference."""

    course: Path
    assignment: str
    reference: Namespace
    limits: Limits = field(default_factory=Limits)

    @staticmethod
    def of(course: Path, assignment: str, limits: Limits | None = None) -> Bench:
        """The bench of a course folder; raises GraderError where the reference is missing."""
        return Bench(course, assignment, load_reference(course, assignment), limits or Limits())


class Only:
    """A pytest plugin that leaves out the laws that nobody asked for."""

    def __init__(self, wanted: Callable[[Law], bool], session: Grading) -> None:
        self.wanted = wanted
        self.session = session

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what is wanted, after the laws were read."""
        laws = self.session.laws
        kept = [item for item in session.items if self.wanted(laws[item.nodeid])]
        session.items[:] = kept
        self.session.laws = {item.nodeid: laws[item.nodeid] for item in kept}


def try_answer(
    bench: Bench, answer: Answer | None, *, wanted: Callable[[Law], bool] | None = None
) -> tuple[Outcome, ...]:
    """What becomes of the laws when `answer` stands in the reference's place for its task.

    None tries the reference itself. `wanted` chooses laws, by default those of the
    answer's task. Needs the main thread of a process that no other trial uses; raises
    GraderError where the suite can't be collected.
    """

    def open_student(law: Law) -> Student:
        del law  # every one meets the same answer
        return Student(InPlaceLine(namespace_of(bench, answer), bench.limits), bench.limits)

    session = Grading(open_student, examples=bench.limits.examples)
    chosen = wanted or (lambda law: answer is None or law.task == answer.task)
    arguments = pytest_args(str(bench.course), bench.assignment)
    with silenced():
        pytest.main(arguments, plugins=[session, Only(chosen, session)])
    if session.faults:
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(session.faults))
    return session.outcomes


def namespace_of(bench: Bench, answer: Answer | None) -> Namespace:
    """The namespace that a law meets: made anew for each, as each has a worker of its own."""
    return dict(bench.reference) if answer is None else answer_in(bench.reference, answer)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """What pytest and answers print goes nowhere."""
    kept = os.dup(1), os.dup(2)
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)
        try:
            yield
        finally:
            for descriptor, before in zip((1, 2), kept, strict=True):
                os.dup2(before, descriptor)
                os.close(before)
