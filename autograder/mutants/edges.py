"""Let a reference fail at the edges of its contract, one by one and two at once.

How it works: a condition is said of an argument ("z holds -inf"), by its kind. A mutant
of this kind answers as the reference does, and fails where one condition holds, or two
at once. A law kills it exactly if it makes such a call: before that call the mutant is the
reference, and Hypothesis draws the same examples. So one trial of a reference that notes the
conditions which its calls met (`watch`) tells of all such mutants of a function.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.mutants.witness import ARRAYS, Parameter
from autograder.mutants.wrapper import Behaviour, Subject

NOTES = "noted"  # the set of what a watched function met


@dataclass(frozen=True, slots=True)
class Condition:
    """An edge of a contract: in words, and as an expression over a function's parameters."""

    about: str
    expression: str
    alone: bool = False  # a form of the arguments: no pair with another condition
    subject: str = ""  # of two conditions of one subject no pair is made


def conditions(subject: Subject) -> Iterator[Condition]:
    """The edges of all arguments of a function."""
    arrays = subject.of_kind(*ARRAYS)
    for parameter in arrays:
        yield from (numbers if parameter.kind == "numbers" else probabilities)(parameter)
        yield from forms(parameter)
    for parameter in arrays[:1] or subject.of_kind("texts")[:1]:
        x = parameter.name
        yield Condition(f"{x} has 1 entry", f"len({x}) == 1", subject="size")
        yield Condition(f"{x} has over 100 entries", f"len({x}) > 100", subject="size")
        for least, most in ((2, 2), (9, 99), (101, 999), (1000, 1000)):
            yield Condition(
                f"{x} has {least} to {most} entries", f"{least} <= len({x}) <= {most}", True
            )
    for parameter in subject.parameters:
        yield from scalars(parameter, arrays)


def numbers(parameter: Parameter) -> Iterator[Condition]:
    """What arrays of numbers hold."""
    x, bound = parameter.name, parameter.most / 10
    finite = f"np.asarray({x})[np.isfinite({x})]"
    if parameter.masked:
        yield Condition(f"{x} holds -inf", f"np.isneginf({x}).any()")
    yield Condition(f"a value of {x} is above {bound:g}", f"np.max({x}) > {bound!r}")
    yield Condition(f"a value of {x} is below -{bound:g}", f"np.min({finite}) < {-bound!r}")
    yield Condition(f"all values of {x} are below 0", f"np.max({x}) < 0")
    yield from ties(x, finite)
    if parameter.listed:
        yield Condition(f"{x} is a list", f"isinstance({x}, list)")


def probabilities(parameter: Parameter) -> Iterator[Condition]:
    """What distributions hold."""
    x = parameter.name
    yield Condition(f"{x} holds 0", f"({x} == 0).any()")
    yield Condition(f"a value of {x} is above 0.999", f"{x}.max() > 0.999")
    yield Condition(f"a value of {x} is below 1e-6 and not 0", f"(({x} > 0) & ({x} < 1e-6)).any()")
    yield from ties(x, f"{x}[{x} > 0]")


def ties(x: str, values: str) -> Iterator[Condition]:
    """Values that are equal or nearly so, and where the largest is."""
    yield Condition(f"{x} holds a tie", f"len(np.unique({values})) < len({values})")
    yield Condition(
        f"two values of {x} differ by less than one in 100,000",
        f"(np.diff(np.unique({values})) < 1e-5 * np.abs(np.unique({values})[1:])).any()",
    )
    yield Condition(f"the last value of {x} is the largest", f"np.argmax({x}) == len({x}) - 1 > 0")


def forms(parameter: Parameter) -> Iterator[Condition]:
    """How an array lies in memory."""
    x = parameter.name
    given = f"isinstance({x}, np.ndarray) and " if parameter.listed else ""
    yield Condition(f"{x} is read-only", f"{given}not {x}.flags.writeable", True)
    yield Condition(f"{x} is a strided view", f"{given}not {x}.flags.c_contiguous", True)


def scalars(parameter: Parameter, arrays: Sequence[Parameter]) -> Iterator[Condition]:
    """Single numbers, texts and generators."""
    x, least, most = parameter.name, parameter.least, parameter.most
    match parameter.kind:
        case "number":
            yield Condition(f"{x} is up to {2 * least:g}", f"{least!r} <= {x} <= {2 * least!r}")
            yield Condition(f"{x} is from {most / 2:g}", f"{most / 2!r} <= {x} <= {most!r}")
            yield Condition(f"{x} is an int", f"isinstance({x}, int)")
        case "whole":
            yield Condition(f"{x} is {least:g}", f"{x} == {least!r}")
            yield Condition(f"{x} is above {most / 2:g}", f"{x} > {most / 2!r}")
        case "places":
            yield Condition(f"{x} is 1", f"{x} == 1")
            for array in arrays:
                y = array.name
                yield Condition(f"{x} is the length of {y}", f"{x} == len({y})")
                yield Condition(
                    f"{x} reaches into zeros of {y}", f"np.count_nonzero({y}) < {x} <= len({y})"
                )
        case "text":
            yield Condition(f"{x} is empty", f"{x} == ''")
            yield Condition(f"{x} is longer than 10 letters", f"len({x}) > 10")
        case "texts":
            yield Condition(f"an entry of {x} is empty", f"'' in {x}")
            yield Condition(
                f"an entry of {x} is longer than 10 letters", f"max(map(len, {x})) > 10"
            )
            yield Condition(
                f"an entry of {x} begins with another one",
                f"any(b.startswith(a) for a, b in zip(sorted({x}), sorted({x})[1:]))",
            )
        case "generator":
            yield Condition(
                f"{x} is no PCG64",
                f"{x} is not None and type({x}.bit_generator) is not np.random.PCG64",
                True,
            )
            if parameter.optional:
                yield Condition(f"{x} is None", f"{x} is None", True)


def pairs(found: Sequence[Condition]) -> Iterator[tuple[Condition, ...]]:
    """Each condition, and any two that may hold at once."""
    yield from ((each,) for each in found)
    for one, other in itertools.combinations([each for each in found if not each.alone], 2):
        if not one.subject or one.subject != other.subject:
            yield one, other


def fail_where(met: tuple[Condition, ...]) -> Behaviour:
    """A function that fails where all the conditions hold."""
    about = " and ".join(each.about for each in met)
    test = " and ".join(f"({each.expression})" for each in met)
    body = f'if {test}:\n    raise ArithmeticError("an edge that nobody thought of")'
    return Behaviour(f"fails where {about}", body)


def watch(found: Sequence[Condition], subject: Subject) -> Behaviour:
    """The function itself, which notes in `noted` what its calls met, two at once and alone."""
    names = ", ".join(each.name for each in subject.parameters)
    tests = "".join(f"    ({each.about!r}, lambda {names}: {each.expression}),\n" for each in found)
    setup = f"""
{NOTES} = set()
seen = [()]
conditions = [
{tests}]


def holds(condition, given):
    try:
        return bool(condition(*given))
    except Exception:
        return True


def note(*given):
    if len(seen[0]) == len(given) and all(map(lambda a, b: a is b, seen[0], given)):
        return
    seen[0] = given
    met = [about for about, condition in conditions if holds(condition, given)]
    {NOTES}.update((a, b) for a in met for b in met)
"""
    return Behaviour("notes what its calls meet", f"note({names})", setup)
