"""The student's functions and variables, as the hidden tests see them.

`student.softmax(z)` calls the student's function in a frozen copy of the
notebook and returns plain data, or raises a StudentError. Nothing here trusts
the other side: replies are bounded in size and time and only taken apart.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.guest import wire
from autograder.model.errors import (
    Missing,
    Raised,
    StudentError,
    TimedOut,
    TimeUsedUp,
    Unreadable,
    Violation,
)
from autograder.model.grade import Counterexample
from autograder.model.limits import Limits
from autograder.model.messages import Message, Sentence
from autograder.student.literal import call_expression, literal
from autograder.student.transport import Line, Reply, Request, too_large, unreadable

MOST_EXCHANGES = 80  # that are kept of one test, to see what the student's function does
EXCHANGE_BYTES = 1 << 20  # of all that are kept of one test: replies may be large
MOST_KINDS = 40  # classes that an exception is an instance of


@dataclass(frozen=True, slots=True)
class Call:
    """One call that a test made."""

    function: str
    arguments: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)
    times: int | None = None
    each: bool = False  # `arguments` are those of one call after the other

    def __str__(self) -> str:
        return call_expression(
            self.function, self.arguments, self.named, self.times, each=self.each
        )

    @property
    def forms(self) -> dict[str, str]:
        """What the wire has no word for, by place and name: read-only, strided, NumPy's numbers."""
        named = {str(place): value for place, value in enumerate(self.arguments)} | self.named
        return {name: form for name, value in named.items() if (form := form_of(value))}


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was asked and what came back, as JSON. The reply is the student's word."""

    request: bytes
    reply: bytes

    @property
    def size(self) -> int:
        """Bytes of both."""
        return len(self.request) + len(self.reply)


@dataclass(slots=True)
class Student:
    """What the `student` fixture gives: functions as attributes, and variables by name.

    `last` and `found` are what the last request was and what came of it. After
    a time-out nothing more is asked and every request ends the same way: a
    search for a smaller counterexample would wait the full time again and again.
    `failure` is what broke the law, should the time be used up before the search ends.
    """

    line: Line
    limits: Limits
    last: Call | str = ""
    found: Sentence = ""
    stuck: TimedOut | TimeUsedUp | None = None
    failure: Counterexample | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Short: Hypothesis writes down the arguments of every test that fails."""
        del cycle
        printer.text("student")

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(name, self)

    def variable(self, name: str) -> Any:
        """The value of a variable of the notebook."""
        return self.request(name, name, {"variable": name})[0]

    def request(self, name: str, last: Call | str, request: Request) -> tuple[Any, Reply]:
        """Ask; the value and the whole reply, or a StudentError."""
        if self.stuck is not None:
            raise self.stuck
        self.last = last
        try:
            with judging():
                reply = self.line.ask(request)
                self.remember(request, reply)
                with self.line.spend():
                    value = read_reply(name, reply, self.limits)
                    self.found = literal(value)
        except TimeUsedUp as error:
            self.stuck = error
            raise
        except StudentError as error:
            self.found = error.found
            self.stuck = error if isinstance(error, TimedOut) else None
            raise
        return value, reply

    def remember(self, request: Request, reply: Reply) -> None:
        """Keep what was asked and what came back, unless it is too much."""
        if len(self.exchanges) == MOST_EXCHANGES:
            return
        with contextlib.suppress(wire.WireError):
            exchange = Exchange(wire.to_bytes(request), wire.to_bytes(reply))
            if exchange.size + sum(each.size for each in self.exchanges) <= EXCHANGE_BYTES:
                self.exchanges.append(exchange)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the student's, to be called with plain arguments."""

    name: str
    student: Student

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it once: plain data, or a StudentError."""
        return self.invoke(Call(self.name, arguments, named))[0]

    def repeat(self, times: int, *arguments: Any, **named: Any) -> list[Any]:
        """Call it `times` times with the same arguments; a generator goes on in between."""
        values = self.invoke(Call(self.name, arguments, named, times))[0]
        if not isinstance(values, list) or len(values) != times:
            raise Unreadable(unreadable("reply"))
        return values

    def unchanged(self, *arguments: Any, **named: Any) -> Any:
        """Call it once, and raise a Violation where it changed an argument in place."""
        value, after = self.invoke(Call(self.name, arguments, named))
        with self.student.line.spend(), judging():
            if list(map(fingerprint, after)) != [fingerprint(list(arguments)), fingerprint(named)]:
                held = [*after[0], *after[1].values()][: len(arguments) + len(named)]
                shown = ", ".join(map(literal, held))
                raise Violation(Message.of("changed", arguments=shown), Message.of("unchanged"))
        return value

    def each(self, *calls: tuple[Any, ...]) -> list[Any]:
        """Call it with one tuple of arguments after the other; what came, as the last call left it.

        NumPy's and Python's global generators are in the same state before each call.
        Raises a Violation where a call changed an argument of any.
        """
        values, after = self.invoke(Call(self.name, calls, each=True))
        if not isinstance(values, list) or len(values) != len(calls):
            raise Unreadable(unreadable("reply"))
        with self.student.line.spend(), judging():
            if fingerprint(list(calls)) != fingerprint(after[0]):
                shown = ", ".join(map(literal, after[0][: len(calls)]))
                raise Violation(Message.of("changed", arguments=shown), Message.of("unchanged"))
        return values

    def invoke(self, call: Call) -> tuple[Any, tuple[list[Any], dict[str, Any]]]:
        """The value, and the arguments as the call left them; generators move on."""
        request: Request = {
            "call": self.name,
            "arguments": wire.pack(list(call.arguments)),
            "named": wire.pack(call.named),
            "repeat": call.times,
        }
        if call.each:
            request["each"] = True
        elif call.forms:
            request["forms"] = call.forms
        value, reply = self.student.request(self.name, call, request)
        with self.student.line.spend(), judging():
            after = read_arguments(reply)
            advance(call, *after)
        return value, after


def form_of(value: Any) -> str:
    """The form of an argument, where it is another than the wire's own."""
    if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
        return "strided"
    if isinstance(value, np.ndarray) and not value.flags.writeable:
        return "read-only"
    return value.dtype.name if isinstance(value, np.generic) else ""


@contextlib.contextmanager
def judging() -> Iterator[None]:
    """Where what the other side said can't be taken in, that is its own doing."""
    try:
        yield
    except wire.WireError as error:
        raise Unreadable(unreadable(error.what)) from error
    except MemoryError as error:
        raise Unreadable(unreadable(type(error).__name__)) from error


def read_reply(name: str, reply: Reply, limits: Limits) -> Any:
    """The value that a reply holds, or the StudentError that it speaks of; raises WireError."""
    match reply:
        case {"value": data}:
            return wire.unpack(data)
        case {"raised": {"name": str(kind), "kinds": list(kinds), "text": str(text)}}:
            names = tuple(plain(item) for item in kinds[:MOST_KINDS] if isinstance(item, str))
            raise Raised(plain(kind), names, plain(text))
        case {"missing": True}:
            raise Missing(Message.of("missing", name=name))
        case {"not_callable": str(kind)}:
            raise Missing(Message.of("not_callable", name=name, kind=plain(kind)))
        case {"unreadable": str(kind)}:
            raise Unreadable(unreadable(plain(kind)))
        case {"too_large": True}:
            raise Unreadable(too_large(limits))
    raise Unreadable(unreadable("reply"))


def read_arguments(reply: Reply) -> tuple[list[Any], dict[str, Any]]:
    """The arguments after the call, as the other side says; raises WireError."""
    positional = wire.unpack(reply.get("arguments"))
    named = wire.unpack(reply.get("named"))
    if not isinstance(positional, list) or not isinstance(named, dict):
        raise Unreadable(unreadable("reply"))
    return positional, named


def advance(call: Call, positional: list[Any], named: dict[str, Any]) -> None:
    """Put our generators where the call left its copies of them."""
    pairs = list(zip(call.arguments, positional, strict=False))
    pairs += [(value, named.get(name)) for name, value in call.named.items()]
    for ours, copy in pairs:
        if isinstance(ours, np.random.Generator) and isinstance(copy, np.random.Generator):
            wire.follow(ours, copy)


def fingerprint(value: Any) -> bytes:
    """Plain values as the wire writes them, bit by bit; generators are left out: they move on."""
    return wire.to_bytes(without_generators(wire.pack(value)))


def without_generators(data: Any) -> Any:
    """What `wire.pack` made, with nothing in place of each generator's state."""
    if isinstance(data, dict):
        return {k: None if k == "generator" else without_generators(v) for k, v in data.items()}
    return [without_generators(item) for item in data] if isinstance(data, list) else data


def plain(text: str) -> str:
    """The sandbox's words, bounded, and without half surrogate pairs that no file can hold."""
    return text[:400].encode("utf-8", "backslashreplace").decode("utf-8")
