"""The behavioural mutants of a course's reference, each with a call that shows it is wrong.

How it works: `imprecision`, `memory`, `chance` and `edges` say what may go wrong with a
function. What answers every call of `witness` as the reference does, within the tolerance
of the contract, is left out. What is left is tried as any wrong answer is, but for edges:
one trial of a function that notes what its calls met stands for all of them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.audit.trial import AnswerResult, TrialResult
from autograder.course.answers import Answer, Namespace, answer_in
from autograder.model.grade import Outcome
from autograder.mutants.chance import misuse_generator
from autograder.mutants.edges import Condition, conditions, fail_where, pairs, watch
from autograder.mutants.imprecision import be_imprecise
from autograder.mutants.memory import change_in_place, remember
from autograder.mutants.syntax import defines
from autograder.mutants.witness import (
    DRAWS,
    Form,
    Seed,
    Witness,
    hints_of,
    holds_arrays,
    holds_floats,
    parameters_of,
    witnesses,
)
from autograder.mutants.wrapper import Behaviour, Subject, wrap
from autograder.student.literal import SeededGenerator, call_expression

RTOL, ATOL = 1e-6, 1e-8  # of the contract

FORMS: dict[Form, str] = {
    "plain": "",
    "read-only": " with read-only arrays",
    "strided": " with arrays that are strided views",
    "another generator": " with a generator that is no PCG64",
}
MOST_DRAWN = 200  # calls of a function of chance

Seen = tuple[str, Any, Any]  # value or error, which one, and the arguments after the call


@dataclass(frozen=True)
class Suspect:
    """A function of the reference, and the calls that tell others from it."""

    subject: Subject
    reference: Namespace
    calls: tuple[Witness, ...]
    tolerance: float | None = None  # of its result in all, where it is another than usual

    @property
    def task(self) -> str:
        """The name of the function."""
        return self.subject.node.name

    @cached_property
    def seen(self) -> list[Seen]:
        """What the reference itself says to each call."""
        return [self.look(self.reference[self.task], call) for call in self.calls]

    def look(self, function: Any, call: Witness) -> Seen:
        """What a function says to a call: with a generator, several times."""
        given = call.fresh()
        try:
            value = [function(*given.values()) for _ in range(DRAWS if self.subject.random else 1)]
        except Exception as error:
            kind = "ValueError" if isinstance(error, ValueError) else type(error).__name__
            return "error", kind, None
        generators = {each.name for each in self.subject.of_kind("generator")}
        after = [repr_of(each) for name, each in given.items() if name not in generators]
        return "value", value, after

    def difference(self, source: str) -> str | None:
        """The first call that shows that an answer is wrong; None where no call does."""
        function = self.made(source)
        with np.errstate(all="ignore"):
            # what draws takes its time, and shows a wrong generator in every call
            step = 1 + len(self.calls) // MOST_DRAWN if self.subject.random else 1
            for call, right in list(zip(self.calls, self.seen, strict=True))[::step]:
                if right[:2] != ("error", "ValueError") and right[0] == "error":
                    continue  # nothing that the contract allows
                found = self.look(function, call)
                if not self.agree(found, right):
                    alone = not self.agree(self.look(self.made(source), call), right)
                    return self.shown(call) + ("" if alone else ", after other calls")
        return None

    def made(self, source: str) -> Any:
        """The function that an answer defines, in a fresh namespace."""
        answer = Answer(self.task, "x", source, "behaviour")
        return answer_in(self.reference, answer)[self.task]

    def agree(self, found: Seen, right: Seen) -> bool:
        """Whether a law could not tell what was found from what is right."""
        if self.tolerance is None:
            return same(found, right)
        return same(found, right, rtol=0.0, atol=self.tolerance)

    def shown(self, call: Witness) -> str:
        """A call, as a person would write it."""
        values = (
            SeededGenerator(value.number) if isinstance(value, Seed) else value
            for value in call.arguments.values()
        )
        text = call_expression(self.task, tuple(values), {})
        return text + FORMS[call.form]


def repr_of(value: Any) -> Any:
    """What an argument holds, bit by bit."""
    return value.tobytes() if isinstance(value, np.ndarray) else repr(value)


def same(found: Any, right: Any, *, rtol: float = RTOL, atol: float = ATOL) -> bool:
    """Whether two results are the same within a tolerance."""
    if isinstance(right, list | tuple):
        fits = isinstance(found, list | tuple) and len(found) == len(right)
        return fits and all(
            same(one, other, rtol=rtol, atol=atol) for one, other in zip(found, right)
        )
    if right is None or isinstance(right, str | bytes):
        return bool(type(found) is type(right) and found == right)
    if isinstance(right, float) and isinstance(found, float):  # NumPy takes its time with these
        return abs(found - right) <= atol + rtol * abs(right) or found != found and right != right
    if isinstance(right, np.ndarray) and isinstance(found, np.ndarray) and identical(found, right):
        return True
    try:
        one, other = np.asarray(found, dtype=np.float64), np.asarray(right, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return one.shape == other.shape and bool(
        np.allclose(one, other, rtol=rtol, atol=atol, equal_nan=True)
    )


def identical(found: Any, right: Any) -> bool:
    """Whether two arrays are the same bit by bit."""
    alike = (found.dtype, found.shape) == (right.dtype, right.shape)
    return alike and found.tobytes() == right.tobytes()


# --- mutants ------------------------------------------------------------------


def suspects(
    source: str,
    reference: Namespace,
    tasks: Iterable[str],
    described: Mapping[str, Mapping[str, Any]],
    tolerances: Mapping[str, float] = MappingProxyType({}),
) -> Iterator[Suspect]:
    """The functions among the tasks whose parameters are known."""
    nodes = {defines(node): node for node in ast.parse(source).body}
    for task in tasks:
        node, function = nodes.get(task), reference.get(task)
        if not isinstance(node, ast.FunctionDef) or not callable(function):
            continue
        if parameters := parameters_of(function, described):
            result = hints_of(function).get("return")
            subject = Subject(node, parameters, holds_floats(result), holds_arrays(result))
            yield Suspect(subject, reference, witnesses(parameters), tolerances.get(task))


def behaviours(subject: Subject) -> Iterator[Behaviour]:
    """All that might go wrong with a function, whether or not it can be told from the right one."""
    yield from be_imprecise(subject)
    yield from remember(subject)
    yield from change_in_place(subject)
    yield from misuse_generator(subject)
    if subject.node.args.args:
        yield Behaviour("takes no argument by its name", positional=True, sure=True)


def wrapped(suspect: Suspect) -> Iterator[Answer]:
    """The mutants of a function that are tried one by one."""
    for behaviour in behaviours(suspect.subject):
        source = wrap(suspect.subject, behaviour)
        example = "" if behaviour.sure else suspect.difference(source)
        if example is not None:
            yield answer(suspect, behaviour, source, example)


def answer(suspect: Suspect, behaviour: Behaviour, source: str, example: str) -> Answer:
    """A mutant as an answer; what it does is its name as well."""
    slug = "".join(letter if letter.isalnum() else "_" for letter in behaviour.about)
    original = ast.unparse(suspect.subject.node) + "\n"
    return Answer(
        suspect.task, slug, source, "behaviour", behaviour.about, original=original, example=example
    )


@dataclass(frozen=True)
class Edges:
    """The mutants of a function that fail at an edge, and the one trial that tells of them."""

    watched: Answer
    failing: tuple[tuple[Answer, tuple[str, str]], ...]  # and the two conditions

    def results(self, watched: TrialResult) -> Iterator[AnswerResult]:
        """What comes of each mutant, by what the watched function noted."""
        for mutant, met in self.failing:
            yield mutant, replace(watched, outcomes=tuple(outcomes_at(watched, met)))


def outcomes_at(watched: TrialResult, met: tuple[str, str]) -> Iterator[Outcome]:
    """The outcomes of a function that fails where two conditions hold at once."""
    for outcome in watched.outcomes:
        failed = met in watched.noted.get(outcome.law.name, frozenset())
        yield Outcome(outcome.law, "failed") if failed else outcome


def edges(suspect: Suspect) -> Edges:
    """The mutants that fail at the edges which some call reaches."""
    found = list(conditions(suspect.subject))
    reached = reach(suspect, found)
    failing = []
    known: set[frozenset[int]] = set()
    for met in pairs(found):
        calls = frozenset.intersection(*(reached[each.about] for each in met))
        if not calls or calls in known:
            continue  # nobody can meet it, or another mutant fails for the same calls
        known.add(calls)
        behaviour = fail_where(met)
        example = suspect.shown(suspect.calls[min(calls)])
        mutant = answer(suspect, behaviour, wrap(suspect.subject, behaviour), example)
        failing.append((mutant, (met[0].about, met[-1].about)))
    behaviour = watch(found, suspect.subject)
    watched = answer(suspect, behaviour, wrap(suspect.subject, behaviour), "")
    return Edges(watched, tuple(failing))


def reach(suspect: Suspect, found: Sequence[Condition]) -> dict[str, frozenset[int]]:
    """The calls, by number, in which each condition holds."""
    names = [each.name for each in suspect.subject.parameters]
    tests = {
        each.about: eval(f"lambda {', '.join(names)}: {each.expression}", {"np": np})  # noqa: S307 -- our own text
        for each in found
    }
    given = [tuple(call.fresh().values()) for call in suspect.calls]
    right = [at for at, seen in enumerate(suspect.seen) if seen[0] == "value"]
    with np.errstate(all="ignore"):
        return {
            about: frozenset(at for at in right if test(*given[at]))
            for about, test in tests.items()
        }
