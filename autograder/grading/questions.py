"""What the course's own answers say to the questions that a student's function was asked.

How it works: every question that the hidden tests asked, and what came back, is kept
(`CallLog.exchanges`). A misconception is asked the same questions in the same order. A function
of chance may draw in another way than the misconception: then what was drawn must be distributed
as the misconception's is, and repeat itself where that repeats itself. Nothing of a student's
runs here, only the course's own answers do.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.course.answers import Namespace
from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.model.errors import StudentError
from autograder.model.grade import Law
from autograder.student.inprocess import InProcessTransport
from autograder.student.log import Exchange
from autograder.student.transport import Reply, Request
from autograder.student.values import is_number, same

Exchanges = Mapping[Law, Sequence[Exchange]]
Seen = tuple[str, Any, Any]  # what kind of reply, what it says, and the arguments after the call
NOTHING: Seen = ("nothing", None, None)

MAX_Z = 5.0  # two frequencies further apart, in standard errors, come from two distributions
MIN_DRAWS = 12  # enough that two independent samples practically never coincide


@dataclass(frozen=True, slots=True)
class Question:
    """What a law asked, and what it saw."""

    text: bytes  # the request as JSON
    found: Seen

    @property
    def request(self) -> Request:
        """A copy of the request that is ours alone."""
        copy: Request = wire.from_bytes(self.text)
        return copy


Questions = Sequence[Question]
Same = Callable[[Question, Seen], bool]


def of_chance(laws: Sequence[Questions]) -> bool:
    """Whether a task draws: one of its laws passes a generator."""
    return any(b'"generator"' in each.text for questions in laws for each in questions)


def question(exchange: Exchange) -> Question:
    """What was asked, with a reply that may be a student's: it is only parsed."""
    try:
        reply = wire.from_bytes(exchange.reply)
    except WireError:
        reply = None
    return Question(exchange.request, see(reply) if isinstance(reply, dict) else NOTHING)


def see(reply: Reply) -> Seen:
    """A reply as plain data; NOTHING where it can't be compared."""
    try:
        after = wire.unpack([reply.get("arguments", "as before"), reply.get("named")])
        match reply:
            case {"value": data}:
                return "value", wire.unpack(data), after
            case {"raised": {"kinds": list(kinds)}}:
                return "raised", [kind for kind in kinds if isinstance(kind, str)], after
            case {"missing": True}:
                return "missing", None, None
            case {"not_callable": str(kind)} | {"unreadable": str(kind)}:
                return "no value", kind, after
    except WireError:
        pass
    return NOTHING


def others(questions: Questions, namespace: Namespace) -> Iterator[Seen]:
    """What the functions of `namespace` say to each question."""
    transport = InProcessTransport(namespace)
    for each in questions:
        try:
            yield see(wire.from_bytes(transport.ask(each.text)))
        except StudentError:
            yield NOTHING


# --- the same answers ---------------------------------------------------------


def equal(question: Question, other: Seen) -> bool:
    """Whether the other answer is exactly the one that came."""
    return agree(question.found, other)


def agree(found: Seen, other: Seen) -> bool:
    """Whether two replies say the same; NOTHING agrees with nothing."""
    return found is not NOTHING and other is not NOTHING and same(found, other)


# --- answers of the same distribution -----------------------------------------


def alike(question: Question, other: Seen) -> bool:
    """Whether what came could come from where the other answer does.

    What was drawn must be distributed alike. What does not depend on chance
    must be equal, and so must the arguments after the call.
    """
    if agree(question.found, other):
        return True
    (kind, value, after), (kind_of_other, other_value, other_after) = question.found, other
    request = question.request
    if "call" not in request or (kind, kind_of_other) != ("value", "value"):
        return False
    if not same(after, other_after):
        return False
    given = b'"generator"' in question.text  # else each call has a chance of its own
    if request["repeat"] is None:  # one draw of a kind says nothing of a distribution
        several = bool(request.get("each")) and not given
        return form(value) == form(other_value) and (
            not several or constant(value) == constant(other_value)
        )
    if not isinstance(value, list) or not value or not isinstance(other_value, list):
        return False
    if set(map(form, value)) != set(map(form, other_value)):
        return False
    if not given:
        return constant(value) == constant(other_value)
    return all(near(tally(value, of), tally(other_value, of)) for of in (parts, whole))


def constant(values: Any) -> bool:
    """Whether all values are the same."""
    return all(same(value, values[0]) for value in values)


def form(value: Any) -> Hashable:
    """What kind of thing a value is, and what an array in it adds up to."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind, value.shape, repr(round(float(value.sum()), 9))
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(map(form, value))
    return "number" if is_number(value) else type(value).__name__


def tally(values: Any, of: Callable[[Any], Mapping[Hashable, int]]) -> Counter[Hashable]:
    """How often each thing was drawn in all, where a value holds things as `of` says."""
    found: Counter[Hashable] = Counter()
    for value in values:
        found.update(of(value))
    return found


def parts(value: Any) -> Mapping[Hashable, int]:
    """What was drawn: counts that were drawn together say how often each place was."""
    counts = counts_in(value)
    return whole(value) if counts is None else dict(enumerate(counts))


def whole(value: Any) -> Mapping[Hashable, int]:
    """What was drawn, once: counts drawn together are one thing, so that their scatter shows."""
    counts = counts_in(value)
    return {repr(value) if counts is None else counts: 1}


def counts_in(value: Any) -> tuple[int, ...] | None:
    """The first integer vector in a value; None where nothing was counted."""
    if isinstance(value, np.ndarray):
        counted = value.dtype.kind in "iu" and value.ndim == 1
        return tuple(value.tolist()) if counted else None
    items = value if isinstance(value, list | tuple) else ()
    return next((found for found in map(counts_in, items) if found is not None), None)


def near(found: Counter[Hashable], other: Counter[Hashable]) -> bool:
    """Whether two samples could come from one distribution, each frequency by itself."""
    draws, others = found.total(), other.total()
    if draws <= 0 or others <= 0:
        return draws == others
    for thing in found.keys() | other.keys():
        share = (found[thing] + other[thing]) / (draws + others)
        spread = math.sqrt(max(share * (1 - share), 0) * (1 / draws + 1 / others))
        if abs(found[thing] / draws - other[thing] / others) > MAX_Z * spread + 1e-12:
            return False
    return True


def varies(questions: Questions, answers: Sequence[Seen]) -> bool:
    """Whether many draws, asked for twice in just the same way, came out differently."""
    first: dict[bytes, Seen] = {}
    for each, answer in zip(questions, answers, strict=True):
        if (each.request.get("repeat") or 0) >= MIN_DRAWS and not agree(
            first.setdefault(each.text, answer), answer
        ):
            return True
    return False
