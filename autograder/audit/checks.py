"""What an audit asks of a suite: pure functions over what was tried, a check each."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.audit.trial import Tried
from autograder.course.answers import Answer
from autograder.model.grade import Grade, Law, LawName, Outcome

MOST_CHANCE = 1e-9  # that a right submission is rejected
VARIANTS = 6  # of a function, at least
MISCONCEPTIONS = 10

Attempt = tuple[Answer, Tried]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is asked of a suite, the figure found, and where it falls short."""

    name: str
    found: str
    problems: tuple[str, ...] = ()


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


# --- right answers ------------------------------------------------------------


def check_reference(grade: Grade) -> Check:
    """The reference, handed in as a submission, earns everything."""
    wanted = {task.task: task.points for task in grade.tasks}
    return Check("the reference earns everything", points_of(grade), misses(grade, wanted))


def check_release(grade: Grade) -> Check:
    """The untouched release, handed in as a submission, earns nothing."""
    wanted = dict.fromkeys((task.task for task in grade.tasks), 0.0)
    return Check("the untouched release earns nothing", points_of(grade), misses(grade, wanted))


def points_of(grade: Grade) -> str:
    """The points of a grade."""
    earned = "?" if grade.earned is None else f"{grade.earned:g}"
    return f"{earned} of {grade.points:g} points"


def misses(grade: Grade, wanted: Mapping[str, float]) -> tuple[str, ...]:
    """The tasks that earn something else than they should, and why."""
    return tuple(
        f"{task.task}: {'not graded: ' + task.cause if task.earned is None else task.earned}"
        for task in grade.tasks
        if task.earned != wanted[task.task]
    )


def check_variants(attempts: Sequence[Attempt], functions: Iterable[str]) -> Check:
    """Every other right answer earns everything, and there are enough of them."""
    problems = [f"{answer.name} loses {losses(tried)}" for answer, tried in rejected(attempts)]
    problems += too_few("variants", attempts, functions, VARIANTS)
    right = len(attempts) - len(list(rejected(attempts)))
    return Check("variants are accepted", f"{right} of {len(attempts)}", tuple(problems))


def rejected(attempts: Iterable[Attempt]) -> Iterator[Attempt]:
    """The attempts that a law did not accept."""
    return ((answer, tried) for answer, tried in attempts if not tried.accepted)


def losses(tried: Tried) -> str:
    """The laws that were not passed, and the first call that shows why."""
    bad = [outcome for outcome in tried.outcomes if outcome.status != "passed"]
    names = ", ".join(dict.fromkeys(outcome.law.test for outcome in bad))
    return f"{names}: {shown(bad[0])}"


def shown(outcome: Outcome) -> str:
    """A call that broke a law, or why the law could not be judged."""
    case = outcome.counterexample
    return f"{case.call} gave {case.found}"[:300] if case else str(outcome.reason)[:300]


def too_few(
    what: str, attempts: Sequence[Attempt], functions: Iterable[str], least: int
) -> list[str]:
    """The functions of which there are not enough answers."""
    counts = Counter(answer.task for answer, _ in attempts)
    return [
        f"{function} has {counts[function]} {what}, not {least}"
        for function in functions
        if counts[function] < least
    ]


def check_seeds(attempts: Sequence[Attempt]) -> Check:
    """With other random results the right answers are accepted as well."""
    runs = sum(len(tried.seeds) for _, tried in attempts)
    problems = tuple(f"{answer.name}: {losses(tried)}" for answer, tried in rejected(attempts))
    return Check("no variant is rejected by chance", f"{runs} runs, each with a seed", problems)


def check_chance(laws: Iterable[Law]) -> Check:
    """The laws together hardly ever reject a right answer."""
    chance = sum(law.chance for law in laws)
    found = f"a right submission is rejected with a probability below {chance:.3g}"
    problems = () if chance < MOST_CHANCE else (f"{chance:.3g} is not below {MOST_CHANCE:g}",)
    return Check("the error budget is kept", found, problems)


# --- wrong answers ------------------------------------------------------------


def check_misconceptions(attempts: Sequence[Attempt], functions: Iterable[str]) -> Check:
    """Every misconception loses points in its own task and nowhere else."""
    missed = [answer for answer, tried in attempts if not own(answer, tried)]
    problems = [f"{answer.name} is not caught: {answer.about}" for answer in missed]
    problems += [
        f"{answer.name} costs points elsewhere: {task}: {test}"
        for answer, tried in attempts
        for task, test in sorted(tried.broken)
        if task != answer.task
    ]
    problems += undecided(attempts)
    problems += too_few("misconceptions", attempts, functions, MISCONCEPTIONS)
    found = f"{len(attempts) - len(missed)} of {len(attempts)}"
    return Check("misconceptions are caught", found, tuple(problems))


def own(answer: Answer, tried: Tried) -> list[LawName]:
    """The laws of its own task that an answer broke."""
    return [law for law in sorted(tried.broken) if law[0] == answer.task]


def undecided(attempts: Iterable[Attempt]) -> list[str]:
    """Laws that could not be judged: their own code failed."""
    return [
        f"{answer.name}: {outcome.law.test} could not be judged: {shown(outcome)}"
        for answer, tried in attempts
        for outcome in tried.outcomes
        if outcome.status == "not graded"
    ]


def check_nulls(nulls: Mapping[str, Tried], laws: Sequence[Law]) -> Check:
    """No law is passed where every function does the same nothing."""
    problems = [
        f"{outcome.law.task}: {outcome.law.test} passes where every function {words(slug)}"
        for slug, tried in nulls.items()
        for outcome in tried.outcomes
        if outcome.status == "passed"
    ]
    found = f"{len(nulls)} kinds, {len(laws)} laws each"
    return Check("answers of no worth pass nothing", found, tuple(problems))


def words(slug: str) -> str:
    """A slug in words."""
    return slug.replace("_", " ")


def check_oracles(asked: Mapping[LawName, frozenset[str]]) -> Check:
    """No law takes a student's function for the truth about another one."""
    problems = tuple(
        f"{task}: {test} asks the student for {', '.join(sorted(names - {task}))}"
        for (task, test), names in sorted(asked.items())
        if names - {task}
    )
    return Check("no law asks another task's function", f"{len(asked)} laws", problems)


def check_mutants(attempts: Sequence[Attempt], equivalents: Mapping[tuple[str, str], str]) -> Check:
    """Every mutant of the reference is killed, or a reason says why it is right as well."""
    return check_changes("mutants are killed or explained", attempts, equivalents, diff)


def check_behaviours(
    attempts: Sequence[Attempt], equivalents: Mapping[tuple[str, str], str]
) -> Check:
    """The same of what wraps the reference, and of what fails at an edge."""
    return check_changes("behavioural mutants are killed or explained", attempts, equivalents, tell)


def check_changes(
    name: str,
    attempts: Sequence[Attempt],
    equivalents: Mapping[tuple[str, str], str],
    show: Callable[[Answer], str],
) -> Check:
    """Every answer that is a change of the reference fails or has its reason."""
    # two mutants may show the same change: of two lines that are the same
    left = [((a.task, a.about), a) for a, tried in attempts if tried.accepted]
    problems = [show(answer) for key, answer in left if key not in equivalents]
    tasks = {answer.task for answer, _ in attempts}
    problems += [
        f"{task}: no such mutant survives, delete its entry: {change}"
        for task, change in equivalents
        if task in tasks and (task, change) not in dict(left)
    ]
    problems += undecided(attempts)
    killed = len(attempts) - len(left)
    explained = sum(key in equivalents for key, _ in left)
    return Check(
        name, f"{killed} of {len(attempts)} killed, {explained} explained", tuple(problems)
    )


def diff(answer: Answer) -> str:
    """A mutant's change to the reference."""
    before, after = answer.original.splitlines(), answer.source.splitlines()
    _, _, *lines = difflib.unified_diff(before, after, lineterm="", n=1)
    return "\n".join([f"{answer.task}: a mutant survives: {answer.about}", *lines])


def tell(answer: Answer) -> str:
    """What a mutant does, a call that shows it wrong, and what it adds to the reference."""
    added = answer.source.removeprefix(answer.original).strip("\n")
    call = [f"for example {shortened(answer.example)}"] if answer.example else []
    return "\n".join([f"{answer.task}: a mutant survives: it {answer.about}", *call, added])


def shortened(text: str) -> str:
    """The text, without the middle of a long one."""
    return text if len(text) <= 300 else f"{text[:150]} ... {text[-150:]}"


def check_diagnoses(misconceptions: Sequence[Attempt], variants: Sequence[Attempt]) -> Check:
    """Every misconception is recognised, and no right answer is taken for one."""
    broken = {answer.name: tried.broken for answer, tried in misconceptions}
    problems = []
    for answer, tried in misconceptions:
        named = tried.diagnosis.name if tried.diagnosis else ""
        if not named:
            problems.append(f"{answer.name} is not recognised")
        elif broken.get(named) != tried.broken:
            problems.append(f"{answer.name} is taken for {named}")
    problems += [
        f"the right answer {answer.name} is taken for {tried.diagnosis.name}"
        for answer, tried in variants
        if tried.diagnosis is not None
    ]
    known = sum(tried.diagnosis is not None for _, tried in misconceptions)
    found = f"{known} of {len(misconceptions)}"
    return Check("misconceptions are recognised, variants are not", found, tuple(problems))


# --- what each law is worth ---------------------------------------------------


def weigh(
    laws: Iterable[Law], wrong: Iterable[Tried], subtle: Iterable[Tried] = ()
) -> tuple[Worth, ...]:
    """How many of the wrong answers each law catches, with others and alone.

    `subtle` are behavioural mutants: of most of them the first law that failed is known.
    """
    killed = Counter(law for tried in subtle for law in tried.broken)
    caught: Counter[LawName] = Counter()
    alone: Counter[LawName] = Counter()
    for tried in wrong:
        caught.update(tried.broken)
        if len(tried.broken) == 1:
            alone.update(tried.broken)
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


def measure_power(answer: Answer, tried: Tried) -> Power:
    """In how many runs, each with a seed, a misconception is caught."""
    by_law: dict[LawName, list[bool]] = {}
    for outcome in tried.outcomes:
        runs = by_law.setdefault(outcome.law.name, [])
        runs.append(outcome.status == "failed")
    # a law that draws its examples itself has one run, which counts for all
    always = any(runs[0] for runs in by_law.values() if len(runs) == 1)
    several = [runs for runs in by_law.values() if len(runs) == len(tried.seeds)]
    caught = sum(always or any(run) for run in zip(*several)) if several else 0
    return Power(answer.name, caught or len(tried.seeds) * always, len(tried.seeds))
