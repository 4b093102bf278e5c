"""Tell which typical mistakes a student's function makes: one, or two at once.

How it works: each misconception of the course is asked what the hidden tests asked (`questions`).
One that answers all of it as the student's function does, and the reference does not, explains the
work. Otherwise a misconception is out that errs anywhere the student's function does not. Of the
others, one or two together must explain every broken law: wherever the function errs in it, one of
them errs in the same way. Where several explain it equally well, what they have in common is named.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from autograder.course.answers import Answer, Namespace, answer_in
from autograder.grading.questions import (
    MIN_DRAWS,
    Exchanges,
    Question,
    Questions,
    Same,
    Seen,
    alike,
    equal,
    of_chance,
    others,
    question,
    varies,
)
from autograder.model.grade import Diagnosis, LawName, Outcome
from autograder.student.values import is_number

MOST_NAMED = 2
ENOUGH = 1.0  # of evidence: as much as one telling error
LITTLE = 0.1  # that of an error which another mistake makes as well, such as the index 0

Asked = Mapping[LawName, Questions]
Error = tuple[LawName, int]  # a law, and the place of a question that was answered wrongly
Weights = Mapping[Error, float]


def diagnose_task(
    task: str,
    outcomes: Iterable[Outcome],
    exchanges: Exchanges,
    misconceptions: Iterable[Answer],
    reference: Namespace,
) -> tuple[Diagnosis, ...]:
    """What a student reads about a task that lost points; () where nothing was lost."""
    failed = [o for o in outcomes if o.law.task == task and o.status == "failed"]
    if not failed:
        return ()
    asked = {law: kept for law, kept in exchanges.items() if law.task == task}
    known = [each for each in misconceptions if each.task == task]
    return diagnose(asked, {o.law.name for o in failed if not o.untried}, known, reference)


def diagnose(
    exchanges: Exchanges,
    broken: Collection[LawName],
    misconceptions: Sequence[Answer],
    reference: Namespace,
) -> tuple[Diagnosis, ...]:
    """The misconceptions that explain a task's exchanges; () without clear evidence.

    `exchanges` are those of the task's laws, `misconceptions` the task's own.
    """
    asked = {law.name: [question(each) for each in kept] for law, kept in exchanges.items()}
    laws = list(asked.values())
    with np.errstate(all="ignore"):  # wrong answers overflow, which needs no warning
        ways = (equal, alike) if of_chance(laws) else (equal,)
        for same in ways:
            for answer in misconceptions:
                if explains(answer, laws, reference, same):
                    # where the reference explains it too, nothing is wrong that could be named
                    right = explains(None, laws, reference, same)
                    return () if right else (name(answer, broken),)
        return diagnose_by_law(asked, broken, misconceptions, reference, ways[-1])


def name(answer: Answer, laws: Iterable[LawName]) -> Diagnosis:
    """The diagnosis that names a misconception for these laws."""
    return Diagnosis(answer.name, answer.hints, tuple(sorted(test for _, test in laws)))


def explains(
    answer: Answer | None, laws: Sequence[Questions], reference: Namespace, same: Same
) -> bool:
    """Whether an answer, or the reference itself, would have answered every law alike."""
    asked: list[Question] = []
    ours: list[Seen] = []
    for questions in laws:
        for each, other in zip(questions, replies(questions, answer, reference), strict=True):
            if not same(each, other):
                return False
            asked.append(each)
            ours.append(other)
    theirs = [each.found for each in asked]
    return bool(asked) and varies(asked, theirs) == varies(asked, ours)


def replies(questions: Questions, answer: Answer | None, reference: Namespace) -> Iterable[Seen]:
    """What an answer, or the reference itself, says to the questions of one law.

    Each law meets a function that nobody has called before.
    """
    return others(questions, dict(reference) if answer is None else answer_in(reference, answer))


# --- law by law ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suspect:
    """A misconception that errs only where the student's function errs as well."""

    answer: Answer
    exactly: frozenset[Error]  # the function's errors that it makes in just the same way
    roughly: frozenset[Error]  # and those where it lets pass, too, what must be refused


def diagnose_by_law(
    asked: Asked,
    broken: Collection[LawName],
    misconceptions: Sequence[Answer],
    reference: Namespace,
    same: Same,
) -> tuple[Diagnosis, ...]:
    """One or two misconceptions that explain all broken laws, or else some of them for certain."""
    right = {law: list(replies(questions, None, reference)) for law, questions in asked.items()}
    weights = weigh_errors(asked, right, same)
    errors = {law: frozenset(e for e in weights if e[0] == law) for law in sorted(broken)}
    suspects = [
        suspect
        for answer in misconceptions
        if (suspect := suspect_of(answer, asked, right, weights, reference, same)) is not None
    ]
    for size in range(1, MOST_NAMED + 1) if all(errors.values()) else ():
        groups = [group for group in combinations(suspects, size) if fits(group, errors, weights)]
        if groups:
            return tuple(name(each.answer, claims(each, errors)) for each in in_common(groups))
    if same is alike:  # draws may agree in one law by chance
        return ()
    return name_some(suspects, errors, weights)


def weigh_errors(
    asked: Asked, right: Mapping[LawName, Sequence[Seen]], same: Same
) -> dict[Error, float]:
    """The errors of the student's function, and what each tells of the mistake that made it."""
    return {
        (law, at): 1.0 if is_telling(each, other) else LITTLE
        for law, questions in asked.items()
        for at, (each, other) in enumerate(zip(questions, right[law], strict=True))
        if not same(each, other)
    }


def is_telling(question: Question, right: Seen) -> bool:
    """Whether two mistakes would hardly make the same error: it is no small whole number.

    What differs in its form, such as a list, tells more than a number as well.
    """
    many = (question.request.get("repeat") or 0) >= MIN_DRAWS
    (kind, found, _), (right_kind, expected, _) = question.found, right
    return many or kind != right_kind or shape(found) != shape(expected) or holds_fraction(found)


def holds_fraction(value: object) -> bool:
    """Whether a number in it is not whole."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and bool(np.any(value % 1 != 0))
    if isinstance(value, list | tuple):
        return any(map(holds_fraction, value))
    return isinstance(value, float) and value % 1 != 0


def suspect_of(
    answer: Answer,
    asked: Asked,
    right: Mapping[LawName, Sequence[Seen]],
    errors: Collection[Error],
    reference: Namespace,
    same: Same,
) -> Suspect | None:
    """A misconception with what it explains; None where it errs and the function does not."""
    exactly, roughly = set[Error](), set[Error]()
    for law, questions in asked.items():
        ours = replies(questions, answer, reference)
        for at, (each, own, other) in enumerate(zip(questions, ours, right[law], strict=True)):
            if (law, at) not in errors:
                if not same(Question(each.text, own), other):
                    return None
            elif same(each, own):
                exactly.add((law, at))
            elif lets_pass(each.found, own, other):
                roughly.add((law, at))
    return Suspect(answer, frozenset(exactly), frozenset(exactly | roughly))


def lets_pass(found: Seen, own: Seen, right: Seen) -> bool:
    """Whether both give a value of one form where the reference raises.

    Which value it is may be another mistake's doing.
    """
    values = right[0] == "raised" and found[0] == own[0] == "value"
    return values and shape(found[1]) == shape(own[1])


def shape(value: object) -> Hashable:
    """What kind of thing a value is, whatever numbers are in it."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.shape
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(map(shape, value))
    return "number" if is_number(value) else type(value).__name__


def fits(
    group: Sequence[Suspect], errors: Mapping[LawName, frozenset[Error]], weights: Weights
) -> bool:
    """Whether these explain every error of the broken laws, and none of them is superfluous."""
    all_errors = frozenset().union(*errors.values())
    if not all_errors <= frozenset().union(*(each.roughly for each in group)):
        return False
    return all(
        tells(all_errors & each.roughly - frozenset().union(*(o.roughly for o in rest)), weights)
        for each, rest in without_each(group)
    )


def without_each(group: Sequence[Suspect]) -> Iterator[tuple[Suspect, list[Suspect]]]:
    """Each of a group, with the others."""
    return ((each, [other for other in group if other is not each]) for each in group)


def tells(errors: Iterable[Error], weights: Weights) -> bool:
    """Whether these errors are evidence enough."""
    return sum(weights[error] for error in errors) >= ENOUGH


def in_common(groups: Sequence[tuple[Suspect, ...]]) -> list[Suspect]:
    """The misconceptions that all of the best groups have; the best explain most errors exactly."""
    scores = [len(frozenset().union(*(each.exactly for each in group))) for group in groups]
    best = [group for group, score in zip(groups, scores, strict=True) if score == max(scores)]
    return [each for each in best[0] if all(each in group for group in best)]


def claims(suspect: Suspect, errors: Mapping[LawName, frozenset[Error]]) -> list[LawName]:
    """The broken laws in which a misconception explains an error."""
    return [law for law, own in errors.items() if own & suspect.roughly]


def name_some(
    suspects: Sequence[Suspect], errors: Mapping[LawName, frozenset[Error]], weights: Weights
) -> tuple[Diagnosis, ...]:
    """The misconceptions of which each alone explains a law; what several explain names none."""
    claimed: dict[str, list[LawName]] = {}
    for law, own in errors.items():
        able = [s for s in suspects if own <= s.roughly and tells(own & s.exactly, weights)]
        if own and len(able) == 1:
            claimed.setdefault(able[0].answer.name, []).append(law)
    answers = {each.answer.name: each.answer for each in suspects}
    ranked = sorted(claimed, key=lambda slug: -len(claimed[slug]))[:MOST_NAMED]
    return tuple(name(answers[slug], claimed[slug]) for slug in ranked)
