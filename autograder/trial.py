"""Try answers of the course's own on the hidden tests, without a sandbox.

How it works: the same plugin, suite and proxy as in grading judge what the guest's code
answers; only the kernel and the process between them are left out. A test proves that
the outcomes are those of the real path. A trial needs a process of its own, since
pytest and Hypothesis hold global state: `carry_out_all` gives it one, forked from a
server that has imported all that trials need.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pebble import ProcessExpired, ProcessPool

from autograder import wire
from autograder.bank import Answer, Namespace, answer_in, load_reference
from autograder.diagnosis import diagnose_task
from autograder.edges import NOTES
from autograder.errors import GraderError
from autograder.inplace import InPlaceLine
from autograder.limits import Limits
from autograder.line import Request
from autograder.model import Diagnosis, Law, LawName, Outcome
from autograder.plugin import Grading
from autograder.student import Student
from autograder.suite import run_suite

LONGEST = 600.0  # seconds of one trial: it must have hung

Note = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """What is to be tried: answers in the reference's place, and the laws that judge them.

    `laws` names them as (task, test); None takes those of the answers' tasks, or all
    where the reference itself is tried. With `seeds` other than (0,) the laws of chance
    judge a run for each, and Hypothesis draws other examples. `files` are those that hold
    the laws: to collect the others takes longer than many a trial.
    """

    course: str
    assignment: str
    answers: tuple[Answer, ...] = ()
    laws: frozenset[LawName] | None = None
    seeds: tuple[int, ...] = (0,)
    files: frozenset[str] = frozenset()
    bank: tuple[Answer, ...] = ()  # misconceptions, to tell which of them the answer shows
    brief: bool = False  # whether the first law that fails is enough
    limits: Limits = field(default_factory=Limits)

    def wants(self, law: Law) -> bool:
        """Whether a law takes part."""
        if self.laws is not None:
            return law.name in self.laws
        return not self.answers or law.task in {answer.task for answer in self.answers}

    @property
    def name(self) -> str:
        """What is tried, in words."""
        return ", ".join(answer.name for answer in self.answers) or "the reference"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial: an outcome for each law and seed, and what the laws asked for."""

    outcomes: tuple[Outcome, ...]
    seeds: tuple[int, ...]
    files: dict[LawName, str]  # where each law stands
    asked: dict[LawName, frozenset[str]]  # what each law asked for
    diagnosis: Diagnosis | None = None
    noted: dict[LawName, frozenset[Note]] = field(default_factory=dict)  # what the answers noted

    @property
    def accepted(self) -> bool:
        """Whether every law passed."""
        return all(outcome.status == "passed" for outcome in self.outcomes)

    @property
    def broken(self) -> frozenset[LawName]:
        """The laws that failed, with whichever seed."""
        failed = (outcome.law for outcome in self.outcomes if outcome.status == "failed")
        return frozenset(law.name for law in failed)


class Chosen:
    """A pytest plugin that leaves out the laws that a trial does not want."""

    def __init__(self, trial: Trial, session: Grading) -> None:
        self.trial = trial
        self.session = session
        self.running: list[pytest.Session] = []

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Keep what is wanted, after the laws were read."""
        self.running.append(session)
        laws = self.session.laws
        session.items[:] = [
            item for item in session.items if item.nodeid in laws and self.wants(item)
        ]
        self.session.laws = {item.nodeid: laws[item.nodeid] for item in session.items}

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Ask no more laws where one that failed is enough."""
        found = self.session.found.get(nodeid)
        if self.trial.brief and found is not None and found.status == "failed":
            self.running[0].shouldfail = "one law that fails is enough"

    def wants(self, item: pytest.Item) -> bool:
        """Whether the trial wants the law of an item."""
        return self.trial.wants(self.session.laws[item.nodeid])


def carry_out(trial: Trial) -> Tried:
    """What becomes of the laws, in this process, which no other trial may have used.

    Needs the main thread. Raises GraderError where the suite or the reference can't be read.
    """
    course = Path(trial.course)
    reference = load_reference(course, trial.assignment)

    met: dict[LawName, Namespace] = {}

    def open_student(law: Law) -> Student:
        met[law.name] = answered(reference, trial)  # every law meets the same answers, as new
        return Student(InPlaceLine(met[law.name], trial.limits), trial.limits)

    session = Grading(
        open_student,
        examples=trial.limits.examples,
        seeds=trial.seeds,
        shrink=bool(trial.bank),  # the smallest example tells most; whether there is one needs none
    )
    with silenced():
        run_suite(
            trial.course,
            trial.assignment,
            session,
            Chosen(trial, session),
            files=sorted(trial.files),
        )
        if session.faults:
            raise GraderError("The hidden tests can't be read:\n" + "\n".join(session.faults))
        named = explain(trial, session, reference) if trial.bank else None
        return Tried(
            outcomes_of(session, trial),
            trial.seeds,
            files_of(session, course),
            asked_for(session),
            named,
            {law: frozenset(names.get(NOTES, ())) for law, names in met.items()},
        )


def outcomes_of(session: Grading, trial: Trial) -> tuple[Outcome, ...]:
    """An outcome for each law, or for those that ran where the first that fails is enough."""
    found = tuple(session.found.values())
    failed = any(outcome.status == "failed" for outcome in found)
    return found if trial.brief and failed else session.outcomes


def answered(reference: Namespace, trial: Trial) -> Namespace:
    """The reference's names with the trial's answers among them."""
    namespace = dict(reference)
    for answer in trial.answers:
        namespace = answer_in(namespace, answer)
    return namespace


def files_of(session: Grading, course: Path) -> dict[LawName, str]:
    """The file of each law."""
    return {law.name: str(course / node.split("::")[0]) for node, law in session.laws.items()}


def asked_for(session: Grading) -> dict[LawName, frozenset[str]]:
    """The functions and variables that each law asked for."""
    return {
        law.name: frozenset(asked_name(wire.from_bytes(exchange.request)) for exchange in exchanges)
        for law, exchanges in session.exchanges.items()
    }


def asked_name(request: Request) -> str:
    """The function or variable that a request is about."""
    return str(request.get("variable") or request["call"])


def explain(trial: Trial, session: Grading, reference: Namespace) -> Diagnosis | None:
    """What a student who handed in the trial's one answer would read about it."""
    (answer,) = trial.answers
    return diagnose_task(answer.task, session.outcomes, session.exchanges, trial.bank, reference)


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """What pytest and answers print goes nowhere, and nobody is warned."""
    kept = os.dup(1), os.dup(2)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for descriptor in (1, 2):
            os.dup2(nowhere.fileno(), descriptor)
        try:
            yield
        finally:
            for descriptor, before in zip((1, 2), kept, strict=True):
                os.dup2(before, descriptor)
                os.close(before)


def carry_out_all(
    trials: Sequence[Trial], *, workers: int, done: Callable[[], None] = lambda: None
) -> list[Tried]:
    """What came of each trial, each in a process of its own; `done` is called after each.

    Raises GraderError, naming the trial, where one of them can't be carried out, and
    what `done` raises.
    """
    context = multiprocessing.get_context("forkserver")
    # each worker imports the main module again, and with it what that uses of this package
    used = (name for name in sys.modules if name.partition(".")[0] == __package__)
    context.set_forkserver_preload([*used, f"{__package__}.warmth"])
    with ProcessPool(max_workers=workers, max_tasks=1, context=context) as pool:
        futures: dict[Future[Tried], int] = {
            pool.schedule(carry_out, args=[trial], timeout=LONGEST): number
            for number, trial in enumerate(trials)
        }
        found: dict[int, Tried] = {}
        try:
            for future in as_completed(futures):
                number = futures[future]
                found[number] = result_of(future, trials[number])
                done()
        except BaseException:  # also an interrupt: the others are not waited for
            pool.stop()
            raise
    return [found[number] for number in range(len(trials))]


def result_of(future: Future[Tried], trial: Trial) -> Tried:
    """What came of a trial; raises GraderError, naming it, where its process ended or hung."""
    try:
        return future.result()
    except (ProcessExpired, TimeoutError) as error:
        raise GraderError(f"Trying {trial.name} failed: {error}") from error
