"""Measure whether the hidden tests of an assignment are any good.

How it works: right answers (the reference and the variants) must earn everything, wrong
ones (misconceptions, answers of no worth, mutants of the reference) must lose points.
The reference and the untouched release take the real way of a submission. All others
are trials: the same tests without a sandbox (`trial`), a process each. What came of
them is judged by pure functions, a check each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from autograder.audit import checks
from autograder.audit.answers import NULLS, mutants, null_answers
from autograder.audit.behaviours import edges, suspects, wrapped
from autograder.audit.checks import Attempt, Check, Power, Worth
from autograder.audit.equivalents import read_arguments, read_equivalents, read_tolerances
from autograder.audit.trial import Trial, Tried, carry_out_all
from autograder.course.answers import (
    Answer,
    Kind,
    Namespace,
    load_reference,
    read_misconceptions,
    read_source,
    read_variants,
)
from autograder.model.errors import GraderError
from autograder.model.grade import Grade, Law, LawName

Done = Callable[[int, int], None]  # how many trials are done, and how many are known
Released = tuple[Grade, Grade, Check]  # of the solved, of the untouched, and what leaks

POWER_SHARE = 5  # a misconception is tried on a fifth of the seeds


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one answer."""

    kind: Kind
    name: str
    about: str
    broken: tuple[LawName, ...]
    diagnosis: str = ""


@dataclass(frozen=True, slots=True)
class Audit:
    """The result: the suite may grade where no check has a problem."""

    assignment: str
    seeds: int
    checks: tuple[Check, ...]
    worth: tuple[Worth, ...]
    power: tuple[Power, ...]
    answers: tuple[Judged, ...]

    @property
    def passed(self) -> bool:
        """Whether the suite may grade."""
        return not any(check.problems for check in self.checks)


def to_json(audit: Audit) -> bytes:
    """The audit as indented UTF-8 JSON."""
    return msgspec.json.format(msgspec.json.encode(audit), indent=2)


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
    bench = open_bench(course, assignment, tasks)
    with ThreadPoolExecutor(1) as apart:
        released = apart.submit(release)
        run = Run(workers, done, released)
        found = try_all(bench, seeds, run)
        return judge(bench, found, *released.result(), seeds=seeds)


# --- what is tried ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bench:
    """A suite, and what it is measured with."""

    course: Path
    assignment: str
    reference: Namespace
    laws: tuple[Law, ...]
    files: Mapping[LawName, str]  # where each law stands
    asked: Mapping[LawName, frozenset[str]]  # what each law asks for

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks in the order of their laws."""
        return tuple(dict.fromkeys(law.task for law in self.laws))

    @property
    def known(self) -> tuple[str, ...]:
        """All tasks of the assignment: one of them may use the function of another."""
        return tuple(dict.fromkeys(task for task, _ in self.files))

    @property
    def functions(self) -> tuple[str, ...]:
        """The tasks that are functions."""
        return tuple(task for task in self.tasks if callable(self.reference.get(task)))

    def trial(
        self,
        *answers: Answer,
        laws: Iterable[LawName],
        seeds: Sequence[int] = (0,),
        bank: Sequence[Answer] = (),
        brief: bool = False,
    ) -> Trial:
        """A trial of answers on some laws of this suite."""
        chosen = frozenset(laws)
        files = frozenset(self.files[law] for law in chosen)
        return Trial(
            *(str(self.course), self.assignment, answers, chosen, tuple(seeds), files),
            bank=tuple(bank),
            brief=brief,
        )

    def chosen(self, answers: Iterable[Answer]) -> list[Answer]:
        """The answers to the tasks that are measured."""
        return [answer for answer in answers if answer.task in self.tasks]

    def about(self, task: str) -> frozenset[LawName]:
        """The laws of a task, and those of others that ask for its function."""
        return frozenset(
            law for law, names in self.asked.items() if law[0] == task or task in names
        )

    def by_chance(self, task: str) -> frozenset[LawName]:
        """The task's laws that might reject a right answer."""
        return frozenset(law.name for law in self.laws if law.task == task and law.chance)


def open_bench(course: Path, assignment: str, tasks: Sequence[str]) -> Bench:
    """The suite with all its laws, or those of some tasks; raises GraderError for unknown ones."""
    (first,) = carry_out_all([Trial(str(course), assignment)], workers=1)
    laws = tuple(outcome.law for outcome in first.outcomes)
    known = tuple(dict.fromkeys(law.task for law in laws))
    if unknown := set(tasks) - set(known):
        raise GraderError(
            f"No hidden test is about {', '.join(sorted(unknown))}. "
            f"The tasks of {assignment}: {', '.join(known)}."
        )
    kept = tuple(law for law in laws if not tasks or law.task in tasks)
    reference = load_reference(course, assignment)
    return Bench(course, assignment, reference, kept, first.files, first.asked)


@dataclass(slots=True)
class Run:
    """Carries out trials, and tells how many are done."""

    workers: int
    done: Done | None
    released: Future[Released]  # where that fails, nothing else is of use
    finished: int = 0
    total: int = 0

    def carry_out(self, trials: Sequence[Trial]) -> list[Tried]:
        """What came of each."""
        self.total += len(trials)
        return carry_out_all(trials, workers=self.workers, done=self.count)

    def count(self) -> None:
        """One more is done."""
        if self.released.done():
            self.released.result()
        self.finished += 1
        if self.done is not None:
            self.done(self.finished, self.total)


@dataclass(frozen=True, slots=True)
class Found:
    """What came of all trials."""

    attempts: dict[Kind, list[Attempt]]
    nulls: dict[str, Tried]
    seeds: list[Attempt]
    power: list[Attempt]


def try_all(bench: Bench, seeds: int, run: Run) -> Found:
    """Try every answer, then the right ones with other seeds, then what chance alone catches."""
    course, assignment = bench.course, bench.assignment
    variants = bench.chosen(read_variants(course, assignment))
    misconceptions = bench.chosen(read_misconceptions(course, assignment))
    changed = bench.chosen(mutants(course, assignment, bench.known))
    answers = [*variants, *misconceptions, *changed]
    trials = [
        *(try_diagnosis(bench, answer, misconceptions) for answer in (*variants, *misconceptions)),
        *(bench.trial(answer, laws=bench.about(answer.task)) for answer in changed),
    ]
    nulls = [try_nothing(bench, slug) for slug in NULLS]
    blocks = share_seeds(bench, variants, seeds)
    tried = iter(run.carry_out([*trials, *nulls, *(trial for _, trial in blocks)]))
    attempts: dict[Kind, list[Attempt]] = {"variant": [], "misconception": [], "mutant": []}
    for answer, one in zip(answers, tried):  # each zip goes on where the one before it ended
        attempts[answer.kind].append((answer, one))
    attempts["behaviour"] = try_behaviours(bench, run)
    return Found(
        attempts,
        dict(zip(NULLS, tried)),
        list(zip((variant for variant, _ in blocks), tried)),
        try_subtle(bench, attempts["misconception"], seeds, run),
    )


def try_diagnosis(bench: Bench, answer: Answer, misconceptions: Iterable[Answer]) -> Trial:
    """A trial of an answer that also tells which misconception it shows."""
    bank = [each for each in misconceptions if each.task == answer.task]
    return bench.trial(answer, laws=bench.about(answer.task), bank=bank)


def try_nothing(bench: Bench, slug: str) -> Trial:
    """A trial in which every function does the same nothing."""
    answers = null_answers(slug, bench.reference, bench.tasks)
    given = {answer.task for answer in answers}
    laws = (law.name for law in bench.laws if law.task in given)
    return bench.trial(*answers, laws=laws)


def try_behaviours(bench: Bench, run: Run) -> list[Attempt]:
    """Try the behavioural mutants: one by one until a law fails, and those of edges at once."""
    source = read_source(bench.course, bench.assignment)
    described = read_arguments(bench.course, bench.assignment)
    tolerances = read_tolerances(bench.course, bench.assignment)
    functions = list(suspects(source, bench.reference, bench.functions, described, tolerances))
    one_by_one = [answer for function in functions for answer in wrapped(function)]
    at_once = [edges(function) for function in functions]
    watched = [each.watched for each in at_once]
    trials = [
        *(bench.trial(answer, laws=bench.about(answer.task), brief=True) for answer in one_by_one),
        *(bench.trial(answer, laws=bench.about(answer.task)) for answer in watched),
    ]
    tried = iter(run.carry_out(trials))
    attempts = list(zip(one_by_one, tried))
    return attempts + [pair for each, one in zip(at_once, tried) for pair in each.attempts(one)]


def share_seeds(bench: Bench, variants: Sequence[Answer], seeds: int) -> list[tuple[Answer, Trial]]:
    """Trials in which the variants of each task that chance judges meet all seeds by turns."""
    blocks = []
    for task in bench.tasks:
        own = [variant for variant in variants if variant.task == task]
        for number, variant in enumerate(own if bench.by_chance(task) else ()):
            if block := range(1 + number, 1 + seeds, len(own)):
                blocks.append((variant, bench.trial(variant, laws=bench.about(task), seeds=block)))
    return blocks


def try_subtle(bench: Bench, attempts: Sequence[Attempt], seeds: int, run: Run) -> list[Attempt]:
    """Try the misconceptions again, with several seeds, that laws of chance alone have caught."""
    subtle = [
        (answer, bench.trial(answer, laws=tried.broken, seeds=range(1, 1 + seeds // POWER_SHARE)))
        for answer, tried in attempts
        if answer.task in bench.functions
        and tried.broken
        and tried.broken <= bench.by_chance(answer.task)
    ]
    trials = [trial for _, trial in subtle if trial.seeds]
    return list(zip((answer for answer, _ in subtle), run.carry_out(trials)))


# --- what is found ------------------------------------------------------------


def judge(
    bench: Bench, found: Found, solved: Grade, untouched: Grade, leaks: Check, *, seeds: int
) -> Audit:
    """The audit: a check for everything that is asked of a suite."""
    variants, wrong, changed, subtle = (
        found.attempts[kind] for kind in ("variant", "misconception", "mutant", "behaviour")
    )
    equivalents = read_equivalents(bench.course, bench.assignment)
    tolerated = read_equivalents(bench.course, bench.assignment, "behaviour")
    mistakes = [tried for _, tried in (*wrong, *changed)]
    worth = checks.weigh(bench.laws, mistakes, [tried for _, tried in subtle])
    asked = {law: names for law, names in bench.asked.items() if law[0] in bench.tasks}
    return Audit(
        bench.assignment,
        seeds,
        (
            checks.check_reference(part(solved, bench.tasks)),
            checks.check_release(part(untouched, bench.tasks)),
            checks.check_variants(variants, bench.functions),
            checks.check_seeds(found.seeds),
            checks.check_chance(bench.laws),
            checks.check_misconceptions(wrong, bench.functions),
            checks.check_diagnoses(wrong, variants),
            checks.check_nulls(found.nulls, bench.laws),
            checks.check_oracles(asked),
            checks.check_mutants(changed, equivalents),
            checks.check_behaviours(subtle, tolerated),
            checks.check_worth(worth),
            leaks,
        ),
        worth,
        tuple(checks.measure_power(answer, tried) for answer, tried in found.power),
        tuple(judged(answer, tried) for answer, tried in (*variants, *wrong, *changed, *subtle)),
    )


def part(grade: Grade, tasks: Sequence[str]) -> Grade:
    """The grade of some tasks."""
    return replace(grade, tasks=tuple(task for task in grade.tasks if task.task in tasks))


def judged(answer: Answer, tried: Tried) -> Judged:
    """What became of an answer."""
    named = tried.diagnosis.name if tried.diagnosis else ""
    return Judged(answer.kind, answer.name, answer.about, tuple(sorted(tried.broken)), named)
