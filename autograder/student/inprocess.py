"""Answer the hidden tests' calls in this process: for the course's own answers, never a student's.

How it works: requests and replies take the same way as in the sandbox (`guest.answer.answer`,
and JSON in between), so that an answer is judged as a student's would be. A call that
takes too long is ended by an alarm, which works in the main thread alone.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

from autograder.guest import wire
from autograder.guest.answer import Namespace, answer
from autograder.guest.errors import WireError
from autograder.model.errors import TimedOut, Unreadable
from autograder.model.limits import Limits
from autograder.student.transport import Reply, Request, Transport, timed_out, too_large, unreadable


class Overdue(BaseException):
    """A call took too long."""


@dataclass(slots=True)
class Alarm:
    """Ends a call whose time is up by an exception, which the guest takes for the answer's own."""

    rung: bool = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Take the signal, and end what is running."""
        del number, frame
        self.rung = True
        raise Overdue

    def wind(self, seconds: float) -> None:
        """Ring after so long, and not when it was to ring before."""
        signal.setitimer(signal.ITIMER_REAL, seconds)

    @contextlib.contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Ring when the body takes longer."""
        before = signal.signal(signal.SIGALRM, self.ring)
        self.wind(seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)


@dataclass(slots=True)
class InProcessTransport:
    """Carries requests to functions of ours."""

    namespace: Namespace
    limits: Limits = field(default_factory=Limits)
    fresh: Callable[[], Namespace] | None = None  # the names as they were in the beginning

    def ask(self, request: bytes) -> bytes:
        """The reply of the guest; raises StudentErrors as WorkerTransport does."""
        asked: Request = wire.from_bytes(request)
        alarm, reply = Alarm(), Reply()
        next_call = partial(alarm.wind, self.limits.call_seconds)
        with contextlib.suppress(Overdue), alarm.after(self.limits.call_seconds):
            reply = answer(asked, self.namespace, next_call)
        if alarm.rung:
            raise TimedOut(timed_out(self.limits.call_seconds))
        return self.carry(reply)

    def carry(self, reply: Reply) -> bytes:
        """The reply as it arrives."""
        try:
            content = wire.to_bytes(reply)
        except WireError as error:
            raise Unreadable(unreadable(error.what)) from error
        if len(content) > self.limits.reply_bytes:
            raise Unreadable(too_large(self.limits))
        return content

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Nothing is counted."""
        return contextlib.nullcontext()

    def aside(self) -> contextlib.AbstractContextManager[Transport]:
        """Another one, to the names as they were in the beginning."""
        names = self.namespace if self.fresh is None else self.fresh()
        return contextlib.nullcontext(InProcessTransport(names, self.limits, self.fresh))

    def close(self) -> None:
        """Nothing is held."""
