"""What each law of a suite detects, and how surely laws of chance do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from autograder.audit.checks import Check
from autograder.audit.trial import TrialResult
from autograder.course.answers import Answer
from autograder.model.grade import Law, LawName


@dataclass(frozen=True, slots=True)
class Worth:
    """What a law detects: so many wrong answers, and so many that no other law does.

    `subtle` counts behavioural mutants that it killed, most of which met no later law.
    """

    task: str
    test: str
    points: float
    caught: int
    alone: int
    subtle: int = 0


@dataclass(frozen=True, slots=True)
class Power:
    """In how many runs a misconception is caught that only laws of chance detect."""

    name: str
    caught: int
    runs: int


def weigh(
    laws: Iterable[Law], wrong: Iterable[TrialResult], subtle: Iterable[TrialResult] = ()
) -> tuple[Worth, ...]:
    """How many of the wrong answers each law catches, with others and alone.

    `subtle` are behavioural mutants: of most of them the first law that failed is known.
    """
    killed = Counter(law for result in subtle for law in result.broken)
    caught: Counter[LawName] = Counter()
    alone: Counter[LawName] = Counter()
    for result in wrong:
        caught.update(result.broken)
        if len(result.broken) == 1:
            alone.update(result.broken)
    return tuple(
        Worth(law.task, law.test, law.points, caught[law.name], alone[law.name], killed[law.name])
        for law in laws
    )


def check_worth(worth: Iterable[Worth]) -> Check:
    """Every law catches something, and is paid for it."""
    rows = list(worth)
    idle = tuple(
        f"{law.task}: {law.test} catches no wrong answer"
        for law in rows
        if not law.caught and not law.subtle
    )
    found = f"{sum(law.alone > 0 for law in rows)} of {len(rows)} catch what no other law does"
    return Check("every law catches something", found, idle)


def measure_power(answer: Answer, result: TrialResult) -> Power:
    """In how many runs, each with a seed, a misconception is caught."""
    by_law: dict[LawName, list[bool]] = {}
    for outcome in result.outcomes:
        runs = by_law.setdefault(outcome.law.name, [])
        runs.append(outcome.status == "failed")
    # a law that draws its examples itself has one run, which counts for all
    always = any(runs[0] for runs in by_law.values() if len(runs) == 1)
    several = [runs for runs in by_law.values() if len(runs) == len(result.seeds)]
    caught = sum(always or any(run) for run in zip(*several)) if several else 0
    return Power(answer.name, caught or len(result.seeds) * always, len(result.seeds))
