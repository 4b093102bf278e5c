"""The line between the tests and the processes that answer them.

How it works: a request goes to a worker of a snapshot as one frame, and one frame
comes back. Whatever goes wrong on the way is the student's side's doing and becomes a
StudentError. The time that it takes is counted, by call, by test and by submission.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from autograder import wire
from autograder.errors import Died, StudentError, TimedOut, Unreadable
from autograder.limits import Limits
from autograder.texts import Message

Request = dict[str, Any]
Reply = dict[str, Any]


class Line(Protocol):
    """Answers requests: a worker of a snapshot, or a stand-in that answers alike."""

    def ask(self, request: Request) -> Reply:
        """The reply; raises a StudentError where there is none."""
        ...

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's."""
        ...

    def close(self) -> None:
        """Free what the line holds."""
        ...


class Answering(Protocol):
    """A process that answers on a connection and can be ended (`kernel.Worker`)."""

    @property
    def connection(self) -> socket.socket: ...

    def kill(self) -> None: ...


class Opening(Protocol):
    """What workers come from (`kernel.Snapshot`)."""

    def open(self) -> Answering: ...


@dataclass(slots=True)
class Budget:
    """The seconds that calls may take together: those of a test, and within them a submission's."""

    total: float
    within: Budget | None = None
    used: float = 0.0

    @contextlib.contextmanager
    def spend(self) -> Iterator[None]:
        """Count the time that the body takes."""
        start = time.monotonic()
        try:
            yield
        finally:
            self.book(time.monotonic() - start)

    def book(self, seconds: float) -> None:
        """Count so many seconds, here and in the larger budget."""
        self.used += seconds
        if self.within is not None:
            self.within.book(seconds)

    @property
    def left(self) -> float:
        """Seconds that remain here, never negative."""
        return max(0.0, self.total - self.used)

    @property
    def tightest(self) -> Budget:
        """The budget, this one or a larger one, that ends first."""
        larger = self.within.tightest if self.within is not None else self
        return larger if larger.left < self.left else self


@dataclass(slots=True)
class WorkerLine:
    """Ask a worker, and fork a new one where the last one was lost."""

    snapshot: Opening
    limits: Limits
    budget: Budget
    why: Callable[[], Message] = lambda: Message.of("died")  # what a lost worker died of
    worker: Answering | None = None

    def ask(self, request: Request) -> Reply:
        """Send one request and read its reply; what goes wrong is the student's side's doing."""
        timeout = self.timeout()  # which limit it would meet is known only now
        with self.spend():
            try:
                return self.exchange(request)
            except TimeoutError:
                error: StudentError = timeout
            except wire.TooLarge:
                error = Unreadable(too_large(self.limits))
            except wire.WireError as reason:
                error = Unreadable(unreadable(reason.what))
            except (EOFError, OSError):
                error = Died(self.why())
        self.close()
        raise error

    def exchange(self, request: Request) -> Reply:
        """One frame there, one frame back."""
        seconds = min(self.limits.call_seconds, self.budget.tightest.left)
        if seconds == 0:
            raise TimeoutError
        if self.worker is None:
            self.worker = self.snapshot.open()
        connection = self.worker.connection
        connection.settimeout(seconds)
        wire.send(connection, request, limit=1 << 30)  # it is ours: no limit is needed
        reply = wire.receive(connection, limit=self.limits.reply_bytes, seconds=seconds)
        if not isinstance(reply, dict):
            raise wire.WireError("a reply that is none")
        return reply

    def timeout(self) -> TimedOut:
        """The error of a call that runs into the limit which ends first."""
        tightest = self.budget.tightest
        if tightest.left >= self.limits.call_seconds:
            return TimedOut(Message.of("timed_out", seconds=f"{self.limits.call_seconds:g}"))
        key = "time_used_up" if tightest.within is None else "test_time_used_up"
        return TimedOut(Message.of(key, seconds=f"{tightest.total:g}"))

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's: also that of reading replies."""
        return self.budget.spend()

    def close(self) -> None:
        """End the worker."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None


@dataclass(frozen=True, slots=True)
class DeadLine:
    """The line to a notebook that never got to this point."""

    cause: Message

    def ask(self, request: Request) -> Reply:
        """Say why there is no answer."""
        del request
        raise Died(self.cause)

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Nothing is counted."""
        return contextlib.nullcontext()

    def close(self) -> None:
        """Nothing is held."""


def unreadable(kind: str) -> Message:
    """That a value can't be judged, and what it is instead."""
    return Message.of("unreadable", kind=kind)


def too_large(limits: Limits) -> Message:
    """That a value is larger than the limit."""
    return Message.of("too_large", bytes=str(limits.reply_bytes))
