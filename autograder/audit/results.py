"""Run all trials of a suite, and sort what came of them by what was tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from autograder.audit.answers import NULLS
from autograder.audit.batch import run_trials
from autograder.audit.behaviours import edges
from autograder.audit.plan import (
    Plan,
    find_suspects,
    plan_answers,
    plan_behaviours,
    plan_power,
)
from autograder.audit.suite import Suite
from autograder.audit.trial import AnswerResult, Trial, TrialResult

Done = Callable[[int, int], None]  # how many trials are done, and how many are known


@dataclass(frozen=True, slots=True)
class TrialResults:
    """What came of all trials: of an answer each, but for `nulls`."""

    variants: list[AnswerResult]
    misconceptions: list[AnswerResult]
    pairs: list[AnswerResult]  # of misconceptions, in one function
    mutants: list[AnswerResult]
    behaviours: list[AnswerResult]  # those that fail at an edge are the last
    seeds: list[AnswerResult]  # variants, with other seeds
    power: list[AnswerResult]  # misconceptions, with other seeds
    nulls: dict[str, TrialResult]  # by their kind


@dataclass(slots=True)
class Runner:
    """Runs trials, and tells how many are done."""

    workers: int
    done: Done | None
    released: Future[Any]  # where that fails, nothing else is of use
    finished: int = 0
    total: int = 0

    def run(self, plan: Plan) -> dict[str, list[TrialResult]]:
        """What came of each trial of a plan, in its order."""
        keyed = {
            (purpose, number): trial
            for purpose, trials in plan.items()
            for number, trial in enumerate(trials)
        }
        self.total += len(keyed)
        results = run_trials(keyed, workers=self.workers, done=self.count)
        return {
            purpose: [results[purpose, number] for number in range(len(trials))]
            for purpose, trials in plan.items()
        }

    def count(self) -> None:
        """One more is done."""
        if self.released.done():
            self.released.result()
        self.finished += 1
        if self.done is not None:
            self.done(self.finished, self.total)


def try_all(suite: Suite, seeds: int, runner: Runner) -> TrialResults:
    """Try every answer, then behavioural mutants, then what chance alone catches."""
    plan = plan_answers(suite, seeds)
    results = runner.run(plan)
    variants, misconceptions, together, mutants, again = (
        with_answers(plan[purpose], results[purpose])
        for purpose in ("variant", "misconception", "pair", "mutant", "seeds")
    )
    behaviours = try_behaviours(suite, runner)
    power = plan_power(suite, misconceptions, seeds)
    return TrialResults(
        variants,
        misconceptions,
        together,
        mutants,
        behaviours,
        again,
        with_answers(power["power"], runner.run(power)["power"]),
        dict(zip(NULLS, results["null"], strict=True)),
    )


def with_answers(trials: Sequence[Trial], results: Sequence[TrialResult]) -> list[AnswerResult]:
    """Each result with the one answer that was tried."""
    return [(trial.answers[0], result) for trial, result in zip(trials, results, strict=True)]


def try_behaviours(suite: Suite, runner: Runner) -> list[AnswerResult]:
    """What came of each behavioural mutant; one trial tells of all that fail at an edge."""
    functions = find_suspects(suite)
    failing = [edges(function) for function in functions]
    plan = plan_behaviours(suite, functions, failing)
    results = runner.run(plan)
    at_edges = zip(failing, results["edges"], strict=True)
    return [
        *with_answers(plan["behaviour"], results["behaviour"]),
        *(pair for each, result in at_edges for pair in each.results(result)),
    ]
