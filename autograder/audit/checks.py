"""What an audit asks of a suite: a pure function over the results of trials for each check."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.audit.pairs import parts
from autograder.audit.trial import AnswerResult, TrialResult
from autograder.course.answers import Answer
from autograder.model.grade import Grade, Law, LawName, Outcome

MOST_CHANCE = 1e-9  # that a right submission is rejected
VARIANTS = 6  # of a function, at least
MISCONCEPTIONS = 10
NAMED = 0.8  # of the pairs of misconceptions at least one is named, in so large a share of them


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that is asked of a suite, the figure found, and where it falls short."""

    name: str
    found: str
    problems: tuple[str, ...] = ()


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


def check_variants(results: Sequence[AnswerResult], functions: Iterable[str]) -> Check:
    """Every other right answer earns everything, and there are enough of them."""
    problems = [f"{answer.name} loses {losses(result)}" for answer, result in rejected(results)]
    problems += too_few("variants", results, functions, VARIANTS)
    right = len(results) - len(list(rejected(results)))
    return Check("variants are accepted", f"{right} of {len(results)}", tuple(problems))


def rejected(results: Iterable[AnswerResult]) -> Iterator[AnswerResult]:
    """The answers that a law did not accept."""
    return ((answer, result) for answer, result in results if not result.accepted)


def losses(result: TrialResult) -> str:
    """The laws that were not passed, and the first call that shows why."""
    bad = [outcome for outcome in result.outcomes if outcome.status != "passed"]
    names = ", ".join(dict.fromkeys(outcome.law.test for outcome in bad))
    return f"{names}: {shown(bad[0])}"


def shown(outcome: Outcome) -> str:
    """A call that broke a law, or why the law could not be judged."""
    case = outcome.counterexample
    return f"{case.call} gave {case.found}"[:300] if case else str(outcome.reason)[:300]


def too_few(
    what: str, results: Sequence[AnswerResult], functions: Iterable[str], least: int
) -> list[str]:
    """The functions of which there are not enough answers."""
    counts = Counter(answer.task for answer, _ in results)
    return [
        f"{function} has {counts[function]} {what}, not {least}"
        for function in functions
        if counts[function] < least
    ]


def check_seeds(results: Sequence[AnswerResult]) -> Check:
    """With other random results the right answers are accepted as well."""
    runs = sum(len(result.seeds) for _, result in results)
    problems = tuple(f"{answer.name}: {losses(result)}" for answer, result in rejected(results))
    return Check("no variant is rejected by chance", f"{runs} runs, each with a seed", problems)


def check_chance(laws: Iterable[Law]) -> Check:
    """The laws together hardly ever reject a right answer."""
    chance = sum(law.chance for law in laws)
    found = f"a right submission is rejected with a probability below {chance:.3g}"
    problems = () if chance < MOST_CHANCE else (f"{chance:.3g} is not below {MOST_CHANCE:g}",)
    return Check("the error budget is kept", found, problems)


# --- wrong answers ------------------------------------------------------------


def check_misconceptions(results: Sequence[AnswerResult], functions: Iterable[str]) -> Check:
    """Every misconception loses points in its own task and nowhere else."""
    missed = [answer for answer, result in results if not own(answer, result)]
    problems = [f"{answer.name} is not caught: {answer.about}" for answer in missed]
    problems += [
        f"{answer.name} costs points elsewhere: {task}: {test}"
        for answer, result in results
        for task, test in sorted(result.broken)
        if task != answer.task
    ]
    problems += undecided(results)
    problems += too_few("misconceptions", results, functions, MISCONCEPTIONS)
    found = f"{len(results) - len(missed)} of {len(results)}"
    return Check("misconceptions are caught", found, tuple(problems))


def check_besides(misconceptions: Sequence[AnswerResult], reasons: Mapping[str, str]) -> Check:
    """Every law fails by its own rule, or a reason says why it could not be tried."""
    lost = {answer.name: result.besides for answer, result in misconceptions if result.besides}
    tasks = {answer.task for answer, _ in misconceptions}
    problems = [
        f"{name} also loses {', '.join(sorted(test for _, test in laws))}"
        for name, laws in lost.items()
        if name not in reasons
    ]
    problems += [
        f"{name} loses nothing besides, delete its entry"
        for name in reasons
        if name not in lost and name.partition("__")[0] in tasks
    ]
    broken = sum(len(result.broken - result.besides) for _, result in misconceptions)
    besides = sum(map(len, lost.values()))
    found = f"{broken} laws broken, {besides} more lost by {len(lost)} of {len(misconceptions)}"
    return Check("a misconception loses what it breaks", found, tuple(problems))


def own(answer: Answer, result: TrialResult) -> list[LawName]:
    """The laws of its own task that an answer broke."""
    return [law for law in sorted(result.broken) if law[0] == answer.task]


def undecided(results: Iterable[AnswerResult]) -> list[str]:
    """Laws that could not be judged: their own code failed."""
    return [
        f"{answer.name}: {outcome.law.test} could not be judged: {shown(outcome)}"
        for answer, result in results
        for outcome in result.outcomes
        if outcome.status == "not graded"
    ]


def check_nulls(nulls: Mapping[str, TrialResult], laws: Sequence[Law]) -> Check:
    """No law is passed where every function does the same nothing."""
    problems = [
        f"{outcome.law.task}: {outcome.law.test} passes where every function {words(slug)}"
        for slug, result in nulls.items()
        for outcome in result.outcomes
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


def check_mutants(
    results: Sequence[AnswerResult], equivalents: Mapping[tuple[str, str], str]
) -> Check:
    """Every mutant of the reference is killed, or a reason says why it is right as well."""
    return check_changes("mutants are killed or explained", results, equivalents, diff)


def check_behaviours(
    results: Sequence[AnswerResult], equivalents: Mapping[tuple[str, str], str]
) -> Check:
    """Every behavioural mutant is killed, or a reason says why no law can kill it."""
    return check_changes("behavioural mutants are killed or explained", results, equivalents, tell)


def check_changes(
    name: str,
    results: Sequence[AnswerResult],
    equivalents: Mapping[tuple[str, str], str],
    show: Callable[[Answer], str],
) -> Check:
    """Every answer that is a change of the reference fails or has its reason."""
    # two mutants may show the same change: of two lines that are the same
    left = [((a.task, a.about), a) for a, result in results if result.accepted]
    problems = [show(answer) for key, answer in left if key not in equivalents]
    tasks = {answer.task for answer, _ in results}
    problems += [
        f"{task}: no such mutant survives, delete its entry: {change}"
        for task, change in equivalents
        if task in tasks and (task, change) not in dict(left)
    ]
    problems += undecided(results)
    killed = len(results) - len(left)
    explained = sum(key in equivalents for key, _ in left)
    return Check(name, f"{killed} of {len(results)} killed, {explained} explained", tuple(problems))


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


def check_diagnoses(
    misconceptions: Sequence[AnswerResult], variants: Sequence[AnswerResult]
) -> Check:
    """Every misconception is recognised, and no right answer is taken for one."""
    broken = {answer.name: result.broken for answer, result in misconceptions}
    problems = []
    for answer, result in misconceptions:
        if not result.named:
            problems.append(f"{answer.name} is not recognised")
        elif [broken.get(name) for name in result.named] != [result.broken]:
            problems.append(f"{answer.name} is taken for {', '.join(result.named)}")
    problems += [
        f"the right answer {answer.name} is taken for {', '.join(result.named)}"
        for answer, result in variants
        if result.named
    ]
    known = sum(bool(result.named) for _, result in misconceptions)
    found = f"{known} of {len(misconceptions)}"
    return Check("misconceptions are recognised, variants are not", found, tuple(problems))


def check_pairs(results: Sequence[AnswerResult]) -> Check:
    """Of two misconceptions at once one is named at least, as a rule, and never a third."""
    named = Counter[str]()
    problems = []
    for answer, result in results:
        right = parts(answer) & set(result.named)
        if wrong := set(result.named) - right:
            problems.append(f"{answer.name} is taken for {', '.join(sorted(wrong))}")
        named["wrong" if wrong else ("none", "one", "both")[len(right)]] += 1
    if named["one"] + named["both"] < NAMED * len(results):
        problems += [f"nothing is named of {a.name}" for a, result in results if not result.named]
    figures = "both named {both}, one {one}, none {none}, a wrong one {wrong}"
    counts = {key: named[key] for key in ("both", "one", "none", "wrong")}
    found = f"{len(results)} pairs: {figures.format_map(counts)}"
    return Check("of two misconceptions at once one is named", found, tuple(problems))
