"""A trial: answers of the course's own on hidden tests, and what came of it.

How it works: the same plugin, session and proxy as in grading judge what the guest's code
answers; only the kernel and the process between them are left out. A test proves that
the outcomes are those of the real path. `batch` gives every trial a process of its own.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from autograder.course.answers import Answer, Namespace
from autograder.grading.diagnosis import diagnose_task
from autograder.guest import wire
from autograder.judge.plugin import JudgePlugin
from autograder.judge.source import AnswerSource
from autograder.model.grade import Diagnosis, Law, LawName, Outcome
from autograder.model.limits import Limits
from autograder.mutants.edges import NOTES
from autograder.student.transport import Request

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
    misconceptions: tuple[Answer, ...] = ()  # to tell which of them the answer shows
    brief: bool = False  # whether the first law that fails is enough
    examples: tuple[str, ...] = ()  # files with those of the laws; not used with other seeds
    limits: Limits = field(default_factory=Limits)

    @property
    def name(self) -> str:
        """What is tried, in words."""
        return ", ".join(answer.name for answer in self.answers) or "the reference"

    @property
    def tests(self) -> Selection:
        """The collected tests that it needs."""
        # only naming a misconception takes the smallest examples, not finding that a law fails
        shrink = bool(self.misconceptions)
        examples = () if self.seeds[0] else self.examples
        return Selection(
            self.course, self.assignment, self.files, self.seeds, self.limits, shrink, examples
        )

    def wants(self, law: Law) -> bool:
        """Whether a law takes part."""
        if self.laws is not None:
            return law.name in self.laws
        return not self.answers or law.task in {answer.task for answer in self.answers}


@dataclass(frozen=True, slots=True)
class Selection:
    """What pytest collects for a trial: trials that agree in this can share a collection."""

    course: str
    assignment: str
    files: frozenset[str]  # all files of the assignment where none is named
    seeds: tuple[int, ...]
    limits: Limits
    shrink: bool
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial: an outcome for each law and seed, and what the laws asked for."""

    outcomes: tuple[Outcome, ...]
    seeds: tuple[int, ...]
    files: dict[LawName, str]  # where each law stands
    asked: dict[LawName, frozenset[str]]  # what each law asked for
    diagnoses: tuple[Diagnosis, ...] = ()
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

    @property
    def named(self) -> tuple[str, ...]:
        """The misconceptions that a student would read of."""
        return tuple(diagnosis.name for diagnosis in self.diagnoses)

    @property
    def besides(self) -> frozenset[LawName]:
        """Those among them that could not be tried: the answer broke what they need, not them."""
        return frozenset(outcome.law.name for outcome in self.outcomes if outcome.untried)


AnswerResult = tuple[Answer, TrialResult]


class StopAtFailure:
    """A pytest plugin that ends a brief trial after the first law that failed."""

    def __init__(self, session: pytest.Session, judge: JudgePlugin) -> None:
        self.session = session
        self.judge = judge

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Ask no more laws; pytest would explain `shouldstop` at length."""
        outcome = self.judge.found.get(nodeid)
        if outcome is not None and outcome.status == "failed":
            self.session.shouldfail = "one law that fails is enough"


def run_trial(
    trial: Trial, session: pytest.Session, judge: JudgePlugin, source: AnswerSource
) -> TrialResult:
    """What the laws say, in a process that no other trial uses; needs its main thread.

    `session` has collected the trial's tests and has run none of them; `judge` and
    `source` are its plugin and where that gets the answers.
    """
    source.answers = trial.answers
    session.items[:] = [each for each in session.items if trial.wants(judge.laws[each.nodeid])]
    judge.laws = {item.nodeid: judge.laws[item.nodeid] for item in session.items}
    if trial.brief:
        session.config.pluginmanager.register(StopAtFailure(session, judge))
    with contextlib.suppress(pytest.Session.Failed):
        session.config.hook.pytest_runtestloop(session=session)
    return TrialResult(
        outcomes_of(judge, trial),
        trial.seeds,
        {law.name: file_of(node, trial) for node, law in judge.laws.items()},
        asked_for(judge),
        diagnose(trial, judge, source.reference) if trial.misconceptions else (),
        {law: frozenset(names.get(NOTES, ())) for law, names in source.met.items()},
    )


def outcomes_of(judge: JudgePlugin, trial: Trial) -> tuple[Outcome, ...]:
    """An outcome for each law, or for those that ran where the first that fails is enough."""
    found = tuple(judge.found.values())
    failed = any(outcome.status == "failed" for outcome in found)
    return found if trial.brief and failed else judge.outcomes


def file_of(node: str, trial: Trial) -> str:
    """The file of the test with pytest's node id `node`."""
    return str(Path(trial.course) / node.split("::")[0])


def asked_for(judge: JudgePlugin) -> dict[LawName, frozenset[str]]:
    """The functions and variables that each law asked for."""
    return {
        law.name: frozenset(asked_name(wire.from_bytes(exchange.request)) for exchange in exchanges)
        for law, exchanges in judge.exchanges.items()
    }


def asked_name(request: Request) -> str:
    """The function or variable that a request is about."""
    return str(request.get("variable") or request["call"])


def diagnose(trial: Trial, judge: JudgePlugin, reference: Namespace) -> tuple[Diagnosis, ...]:
    """What a student who handed in the trial's one answer would read about it."""
    (answer,) = trial.answers
    return diagnose_task(
        answer.task, judge.outcomes, judge.exchanges, trial.misconceptions, reference
    )
