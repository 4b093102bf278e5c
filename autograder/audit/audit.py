"""Measure whether the hidden tests of an assignment are any good.

How it works: right answers (the reference and the variants) must earn everything, wrong
ones (misconceptions, answers of no worth, mutants of the reference) must lose points.
The reference and the untouched release take the real way of a submission. All others
are trials: the same tests without a sandbox (`trial`), a process each (`batch`). `plan`
says what is tried, `results` tries it, and what came of it is judged by pure functions,
a check each (`checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.audit import checks
from autograder.audit.checks import Check
from autograder.audit.equivalents import read_equivalents, read_excuses
from autograder.audit.results import Done, Runner, TrialResults, try_all
from autograder.audit.suite import Suite, read_suite
from autograder.audit.trial import TrialResult
from autograder.audit.worth import Power, Worth, check_worth, measure_power, weigh
from autograder.course.answers import Answer, Kind
from autograder.model.grade import Grade, LawName

Released = tuple[Grade, Grade, Check]  # of the solved, of the untouched, and what leaks


@dataclass(frozen=True, slots=True)
class AnswerReport:
    """What became of one answer."""

    kind: Kind
    name: str
    about: str
    broken: tuple[LawName, ...]
    diagnoses: tuple[str, ...] = ()
    besides: tuple[LawName, ...] = ()  # of the broken ones: those that could not be tried


@dataclass(frozen=True, slots=True)
class Audit:
    """The result: the suite may grade where no check has a problem."""

    assignment: str
    seeds: int
    checks: tuple[Check, ...]
    worth: tuple[Worth, ...]
    power: tuple[Power, ...]
    answers: tuple[AnswerReport, ...]

    @property
    def passed(self) -> bool:
        """Whether the suite may grade."""
        return not any(check.problems for check in self.checks)


def audit(
    course: Path,
    assignment: str,
    release: Callable[[], Released],
    *,
    seeds: int,
    workers: int,
    tasks: Sequence[str] = (),
    done: Done | None = None,
) -> Audit:
    """Measure the suite of an assignment, or of some of its tasks.

    `release` makes the release, grades the solved and the untouched notebook as
    submissions, and checks what leaks. Raises GraderError where the suite, the reference
    or a kept answer can't be read, and what `release` raises.
    """
    suite = read_suite(course, assignment, tasks)
    with ThreadPoolExecutor(1) as background:
        released = background.submit(release)
        results = try_all(suite, seeds, Runner(workers, done, released))
        return judge(suite, results, *released.result(), seeds=seeds)


def judge(
    suite: Suite,
    results: TrialResults,
    solved: Grade,
    untouched: Grade,
    leaks: Check,
    *,
    seeds: int,
) -> Audit:
    """The audit: a check for everything that is asked of a suite."""
    wrong = [*results.misconceptions, *results.mutants]
    worth = weigh(
        suite.laws,
        [result for _, result in wrong],
        [result for _, result in results.behaviours],
    )
    return Audit(
        suite.assignment,
        seeds,
        (
            checks.check_reference(part(solved, suite.tasks)),
            checks.check_release(part(untouched, suite.tasks)),
            *check_results(suite, results),
            check_worth(worth),
            leaks,
        ),
        worth,
        tuple(measure_power(answer, result) for answer, result in results.power),
        tuple(
            report(answer, result)
            for answer, result in (*results.variants, *wrong, *results.behaviours)
        ),
    )


def check_results(suite: Suite, results: TrialResults) -> tuple[Check, ...]:
    """The checks of what was tried."""
    equivalents = read_equivalents(suite.course, suite.assignment)
    tolerated = read_equivalents(suite.course, suite.assignment, "behaviour")
    asked = {law: names for law, names in suite.asked.items() if law[0] in suite.tasks}
    return (
        checks.check_variants(results.variants, suite.functions),
        checks.check_seeds(results.seeds),
        checks.check_chance(suite.laws),
        checks.check_misconceptions(results.misconceptions, suite.functions),
        checks.check_besides(results.misconceptions, read_excuses(suite.course, suite.assignment)),
        checks.check_diagnoses(results.misconceptions, results.variants),
        checks.check_pairs(results.pairs),
        checks.check_nulls(results.nulls, suite.laws),
        checks.check_oracles(asked),
        checks.check_mutants(results.mutants, equivalents),
        checks.check_behaviours(results.behaviours, tolerated),
    )


def part(grade: Grade, tasks: Sequence[str]) -> Grade:
    """The grade of some tasks."""
    return replace(grade, tasks=tuple(task for task in grade.tasks if task.task in tasks))


def report(answer: Answer, result: TrialResult) -> AnswerReport:
    """What became of an answer."""
    broken, besides = tuple(sorted(result.broken)), tuple(sorted(result.besides))
    return AnswerReport(answer.kind, answer.name, answer.about, broken, result.named, besides)
