"""The student's functions and variables, as the hidden tests see them.

`student.softmax(z)` calls the student's function in a frozen copy of the
notebook and returns plain data, or raises a StudentError. Nothing here trusts
the other side: replies are bounded in size and time and only parsed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.guest.generators import follow_all
from autograder.model.errors import (
    NoCopy,
    StudentError,
    TimedOut,
    TimeUsedUp,
    Unreadable,
    Violation,
)
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.call import Call
from autograder.student.literal import literal
from autograder.student.log import CallLog, Exchange
from autograder.student.reply import (
    Arguments,
    fingerprint,
    judging,
    parse_reply,
    read_arguments,
    read_reply,
)
from autograder.student.transport import Reply, Request, Transport, unreadable


class Student:
    """What the `student` fixture gives: the notebook's functions as attributes.

    It has no public attribute of its own, so that a function may have any name that does not
    begin with an underscore: what else there is to ask are functions, as `variable` is.
    """

    __slots__ = ("_caller",)

    def __init__(self, transport: Transport, limits: Limits, log: CallLog | None = None) -> None:
        """Ask through `transport`, and note in `log` what came of it."""
        self._caller = Caller(transport, limits, log or CallLog())

    def __getattr__(self, name: str) -> Function:
        if name.startswith("_"):
            raise AttributeError(name)
        return Function(name, self._caller)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Short: Hypothesis writes down the arguments of every test that fails."""
        del cycle
        printer.text("student")


def variable(student: Student, name: str) -> Any:
    """The value of a variable of the notebook, as plain data; raises StudentErrors."""
    return student._caller.ask(name, name, {"variable": name})[0]


def log_of(student: Student) -> CallLog:
    """What was asked of this student's functions so far."""
    return student._caller.log


def is_repeatable(student: Student) -> bool:
    """Whether the last call gives the same in a copy that nothing else has used.

    Where nobody can tell it is: nothing came back, or no time is left.
    """
    caller = student._caller
    call, found = caller.log.last, caller.log.found
    answered = caller.log.reply or (isinstance(found, Message) and found.key == "raised")
    if caller.log.stuck is not None or not isinstance(call, Call) or not answered:
        return True
    log = CallLog()
    try:
        with caller.transport.aside() as transport, contextlib.suppress(StudentError):
            Caller(transport, caller.limits, log).ask(call.function, call, call.anew.request)
    except (TimeUsedUp, NoCopy):
        return True
    return log.found == found


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the student's, to be called with plain arguments."""

    name: str
    caller: Caller

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it once: plain data, or a StudentError."""
        return self.caller.call(Call(self.name, arguments, named))[0]

    def repeat(self, times: int, *arguments: Any, **named: Any) -> list[Any]:
        """Call it `times` times with equal arguments; a generator goes on in between."""
        values = self.caller.call(Call(self.name, arguments, named, times))[0]
        if not isinstance(values, list) or len(values) != times:
            raise Unreadable(unreadable("reply"))
        return values

    def unchanged(self, *arguments: Any, **named: Any) -> Any:
        """Call it once, and raise a Violation where it changed an argument in place."""
        value, after = self.caller.call(Call(self.name, arguments, named))
        if after is None:
            return value
        with self.caller.transport.spend(), judging():
            if list(map(fingerprint, after)) != [fingerprint(list(arguments)), fingerprint(named)]:
                held = [*after[0], *after[1].values()][: len(arguments) + len(named)]
                raise changed(held)
        return value

    def each(self, *calls: tuple[Any, ...]) -> list[Any]:
        """Call it with one tuple of arguments after the other; the values, as after the last call.

        NumPy's and Python's global generators are in the same state before each call.
        Raises a Violation where any argument of any call was changed.
        """
        values, after = self.caller.call(Call(self.name, calls, each=True))
        if not isinstance(values, list) or len(values) != len(calls):
            raise Unreadable(unreadable("reply"))
        if after is None:
            return values
        with self.caller.transport.spend(), judging():
            if fingerprint(list(calls)) != fingerprint(after[0]):
                raise changed(after[0][: len(calls)])
        return values

    def alone(self, *arguments: Any) -> Any:
        """The value of a call that is the first of all, in a copy that nothing else has used.

        It leaves no trace: feedback goes on to show the call before it.
        """
        log = self.caller.log
        call = wire.to_bytes(Call(self.name, (arguments,), each=True).request)
        if call not in log.alone:
            with self.caller.aside() as caller:
                log.alone[call] = Function(self.name, caller).each(arguments)[0]
        return log.alone[call]


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks the student's side, and notes in the log what came of it."""

    transport: Transport
    limits: Limits
    log: CallLog

    def call(self, call: Call) -> tuple[Any, Arguments | None]:
        """The value, and the arguments where the call changed them; generators move on."""
        value, reply = self.ask(call.function, call, call.request)
        with self.transport.spend(), judging():
            after = read_arguments(reply)
            if after is not None:
                advance(call, *after)
        return value, after

    @contextlib.contextmanager
    def aside(self) -> Iterator[Caller]:
        """One that asks functions which nobody has called, and leaves no trace in the log."""
        log = CallLog(stuck=self.log.stuck)
        try:
            with self.transport.aside() as transport:
                yield Caller(transport, self.limits, log)
        finally:
            self.log.stuck = log.stuck

    def ask(self, name: str, last: Call | str, request: Request) -> tuple[Any, Reply]:
        """The value and the whole reply; raises StudentErrors, TimeUsedUp and NoCopy."""
        if self.log.stuck is not None:
            raise self.log.stuck
        self.log.last = last
        try:
            with judging():
                asked = wire.to_bytes(request)
                answer = self.transport.ask(asked)
                with self.transport.spend():
                    reply = self.parse(answer)
                    self.log.remember(Exchange(asked, answer))
                    value = read_reply(name, reply, self.limits)
                    self.log.returned(value, answer)
        except (TimeUsedUp, NoCopy) as error:
            self.log.stuck = error
            raise
        except StudentError as error:
            self.log.failed(error.found)
            self.log.stuck = error if isinstance(error, TimedOut) else None
            raise
        return value, reply

    def parse(self, answer: bytes) -> Reply:
        """The reply; who says what is none is not asked again. Raises WireError."""
        try:
            return parse_reply(answer)
        except WireError:
            self.transport.close()
            raise


def advance(call: Call, positional: list[Any], named: dict[str, Any]) -> None:
    """Put our generators where the call left its copies of them."""
    follow_all(call.arguments, positional)
    follow_all(call.named.values(), map(named.get, call.named))


def changed(held: list[Any]) -> Violation:
    """That a call changed its arguments; `held` is what they were after it."""
    shown = ", ".join(map(literal, held))
    return Violation(Message.of("changed", arguments=shown), Message.of("unchanged"))
