"""Tell which typical mistake a student's function makes.

How it works: every question that the hidden tests asked, and what came back, is kept
(`Student.exchanges`). Each misconception of the course is asked the same questions in
the same order. It explains the work if it gives the same answer to each of them and
the reference does not. A function of chance may draw in another way than the
misconception: then what was drawn must be distributed as the misconception's is, and
repeat itself where that repeats itself. Nothing of a student's runs here, only the
course's own answers do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import starmap
from typing import Any

import numpy as np

from autograder import wire
from autograder.bank import Answer, Namespace, answer_in
from autograder.errors import StudentError
from autograder.inplace import InPlaceLine
from autograder.model import Diagnosis, Law
from autograder.student import Exchange, Reply, Request

Exchanges = Mapping[Law, Sequence[Exchange]]
Same = Callable[[Sequence[Exchange], Namespace], bool]
Seen = tuple[str, Any, Any]  # what kind of reply, what it says, and the arguments after the call

FAR = 5.0  # standard deviations between two frequencies that have different causes
MANY = 12  # draws that hardly ever come out twice in the same way
NOTHING: Seen = ("nothing", None, None)


def diagnose(
    exchanges: Exchanges, misconceptions: Sequence[Answer], reference: Namespace
) -> Diagnosis | None:
    """The misconception that explains a task's exchanges; None without clear evidence.

    `exchanges` are those of the task's laws, `misconceptions` the task's own.
    """
    for same in (equal, alike):
        for answer in misconceptions:
            if explains(answer, exchanges, reference, same):
                named = Diagnosis(answer.name, answer.hints)
                # where the reference explains it too, nothing is wrong that could be named
                return None if explains(None, exchanges, reference, same) else named
    return None


def explains(answer: Answer | None, exchanges: Exchanges, reference: Namespace, same: Same) -> bool:
    """Whether an answer, or the reference itself, would have answered every law alike."""
    for asked in exchanges.values():
        # each law meets a function that nobody has called before
        namespace = dict(reference) if answer is None else answer_in(reference, answer)
        if not same(asked, namespace):
            return False
    return any(exchanges.values())


def see(reply: Reply) -> Seen:
    """A reply as plain data; NOTHING where it is none that could be compared.

    It may be a student's: it is only taken apart, as the tests themselves do.
    """
    try:
        after = wire.unpack([reply.get("arguments"), reply.get("named")])
        match reply:
            case {"value": data}:
                return "value", wire.unpack(data), after
            case {"raised": {"kinds": list(kinds)}}:
                return "raised", [kind for kind in kinds if isinstance(kind, str)], after
            case {"missing": True}:
                return "missing", None, None
            case {"not_callable": str(kind)}:
                return "not_callable", kind, None
            case {"unreadable": str(kind)}:
                return "unreadable", kind, after
    except wire.WireError:
        pass
    return NOTHING


def see_all(
    asked: Sequence[Exchange], namespace: Namespace
) -> Iterator[tuple[Request, Seen, Seen]]:
    """Each question with what came back, and what the functions of `namespace` say to it."""
    line = InPlaceLine(namespace)
    for request, reply in asked:
        try:
            other = see(line.ask(request))
        except StudentError:
            other = NOTHING
        yield request, see(reply), other


# --- the same answers ---------------------------------------------------------


def equal(asked: Sequence[Exchange], namespace: Namespace) -> bool:
    """Whether each question gets the very answer that it got."""
    return all(agree(found, other) for _, found, other in see_all(asked, namespace))


def agree(found: Any, other: Any) -> bool:
    """Whether two plain values are the same kind of thing with the same numbers in it.

    NOTHING agrees with nothing. Generators agree: how far they moved is their own affair.
    """
    if found is NOTHING or other is NOTHING:
        return False
    if is_number(found) and is_number(other):
        both_nan = found != found and other != other
        return both_nan or math.isclose(found, other, rel_tol=1e-9, abs_tol=1e-12)
    if type(found) is not type(other):
        return False
    if isinstance(found, np.ndarray):
        kind = found.dtype == other.dtype and found.shape == other.shape
        return kind and np.allclose(found, other, rtol=1e-9, atol=1e-12, equal_nan=True)
    if isinstance(found, list | tuple):
        return len(found) == len(other) and all(map(agree, found, other))
    if isinstance(found, dict):
        return agree(list(found.items()), list(other.items()))
    return isinstance(found, np.random.Generator) or bool(found == other)


def is_number(value: Any) -> bool:
    """Whether it is a number: Python's or NumPy's whole and other ones are not told apart."""
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- answers of the same distribution -----------------------------------------


def alike(asked: Sequence[Exchange], namespace: Namespace) -> bool:
    """Whether what was drawn is distributed alike, and repeats itself alike.

    What is no matter of chance must be the very answer; so must what is left of the
    arguments.
    """
    seen = list(see_all(asked, namespace))
    found = [(request, reply) for request, reply, _ in seen]
    other = [(request, reply) for request, _, reply in seen]
    return all(starmap(comparable, seen)) and varies(found) == varies(other)


def comparable(request: Request, found: Seen, other: Seen) -> bool:
    """Whether one reply to a question could come from where the other one does."""
    if agree(found, other):
        return True
    (kind, value, after), (kind_of_other, other_value, other_after) = found, other
    if "call" not in request or (kind, kind_of_other) != ("value", "value"):
        return False
    if not agree(after, other_after):
        return False
    if request["repeat"] is None:  # one draw says nothing of a distribution
        return form(value) == form(other_value)
    if set(map(form, value)) != set(map(form, other_value)):
        return False
    if not draws_from_generator(request):  # each has a chance of its own
        return constant(value) == constant(other_value)
    return near(tally(value), tally(other_value))


def draws_from_generator(request: Request) -> bool:
    """Whether a generator was passed in."""
    return b'"generator"' in wire.to_bytes([request["arguments"], request["named"]])


def constant(values: Any) -> bool:
    """Whether all values are the same."""
    return all(agree(value, values[0]) for value in values)


def form(value: Any) -> Hashable:
    """What kind of thing a value is, and what an array in it adds up to."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.shape, repr(round(float(value.sum()), 9))
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(map(form, value))
    return "number" if is_number(value) else type(value).__name__


def tally(values: Any) -> Counter[str]:
    """How often each thing was drawn; counts that were drawn together are added up."""
    found: Counter[str] = Counter()
    for value in values:
        counts = value[0] if isinstance(value, tuple) and value else None
        if isinstance(counts, np.ndarray) and counts.dtype.kind in "iu":
            found.update({str(place): int(count) for place, count in enumerate(counts)})
        else:
            found[repr(value)] += 1
    return found


def near(found: Counter[str], other: Counter[str]) -> bool:
    """Whether two samples could come from one distribution, each frequency by itself."""
    draws, others = found.total(), other.total()
    if draws <= 0 or others <= 0:
        return draws == others
    for thing in found.keys() | other.keys():
        share = (found[thing] + other[thing]) / (draws + others)
        spread = math.sqrt(max(share * (1 - share), 0) * (1 / draws + 1 / others))
        if abs(found[thing] / draws - other[thing] / others) > FAR * spread + 1e-12:
            return False
    return True


def varies(seen: Iterable[tuple[Request, Seen]]) -> bool:
    """Whether many draws, asked for twice in just the same way, came out differently."""
    first: dict[bytes, Seen] = {}
    for request, reply in seen:
        if (request.get("repeat") or 0) < MANY:
            continue
        before = first.setdefault(wire.to_bytes(request), reply)
        if not agree(before, reply):
            return True
    return False
