"""How a request reaches the process that answers it, and what goes wrong on the way.

How it works: a request goes to a worker of a snapshot as one frame, and one frame
comes back. What goes wrong on the way is the student's side's doing and becomes a
StudentError. The time that it takes is counted by call, by test and by submission. Only
the time of a call is the contract's: where the calls of a test take too long together, it
is *not graded*.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from autograder.guest import wire
from autograder.guest.errors import TooLarge, WireError
from autograder.model.errors import Died, NoCopy, StudentError, TimedOut, TimeUsedUp, Unreadable
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.effort import Effort

Request = dict[str, Any]
Reply = dict[str, Any]

GOING_ON = {"going_on": True}  # between the calls of a repeated one
LOOK_SECONDS = 1.0  # of a call, before its process is looked at
LEAST_WAIT = 0.01  # seconds, so that no wait ends before the clock has moved


class Transport(Protocol):
    """Carries requests to what answers them: a worker of a snapshot, or a stand-in."""

    def ask(self, request: Request) -> Reply:
        """The reply; raises a StudentError where no reply comes."""
        ...

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's."""
        ...

    def close(self) -> None:
        """Free what the transport holds."""
        ...


class WorkerProcess(Protocol):
    """A process that answers on a connection and can be ended (`snapshot.Worker`)."""

    @property
    def connection(self) -> socket.socket: ...

    def effort(self) -> Effort:
        """The time that it has computed and waited for a core."""
        ...

    def kill(self) -> None: ...


class WorkerSource(Protocol):
    """What workers are forked from (`snapshot.Snapshot`)."""

    @property
    def ending(self) -> Message | None:
        """Why it is gone or about to be, and all workers with it; None while it stands."""
        ...

    def open(self) -> WorkerProcess:
        """A new worker; raises OSError where none can be forked."""
        ...


@dataclass(slots=True)
class Budget:
    """The seconds that calls may take together: those of a test, and within them a submission's."""

    total: float
    name: str = "calls_seconds"  # of the limit
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
class Stopwatch:
    """How long the student's side has taken for a request; `patience` of `wire.receive`.

    What a process waits for a core while the machine does something else is not counted.
    """

    call: float  # seconds of one call
    most: float  # seconds of the whole request
    effort: Callable[[], Effort]
    began: float = field(default_factory=time.monotonic)
    done: float = 0.0  # seconds of the calls that have ended
    before: Effort | None = None  # that of the process after a second

    def __call__(self) -> float:
        """The seconds to wait before asking again; raises TimeoutError at the end."""
        if self.before is None and self.elapsed >= LOOK_SECONDS:
            self.before = self.effort()
        left = min(self.call + self.done, self.most) - self.used
        if left <= 0:
            raise TimeoutError
        return max(LEAST_WAIT, left if self.before else min(left, LOOK_SECONDS - self.elapsed))

    def next_call(self) -> None:
        """The call has ended, and another one of the same request began."""
        self.done = self.used

    @property
    def elapsed(self) -> float:
        """Seconds since the request was sent."""
        return time.monotonic() - self.began

    @property
    def since(self) -> Effort:
        """What the process has done since the first look at it."""
        if self.before is None:
            return Effort()
        now = self.effort()
        waited = max(0.0, now.waited - self.before.waited)
        return Effort(now.computed - self.before.computed, waited)

    @property
    def used(self) -> float:
        """Seconds that count."""
        return max(0.0, self.elapsed - self.since.waited)

    @property
    def rested(self) -> bool:
        """Whether the process mostly did nothing: somebody else may have stopped it."""
        return self.since.computed < (self.used - LOOK_SECONDS) / 2


@dataclass(slots=True)
class WorkerTransport:
    """Ask a worker, and fork a new one where the last one was lost.

    `doubt` says, to staff, how a call ended that the student's code may not have ended: its
    process was killed, or did nothing all the time, or could not be forked.
    """

    snapshot: WorkerSource
    limits: Limits
    budget: Budget
    worker: WorkerProcess | None = None
    doubt: str = ""

    def ask(self, request: Request) -> Reply:
        """Send one request and read its reply; what goes wrong is the student's side's doing.

        Raises TimeUsedUp and NoCopy, which are nobody's fault, beside StudentErrors.
        """
        tightest = self.budget.tightest
        if not tightest.left:
            raise time_used_up(tightest)
        if self.worker is None:
            self.worker = self.open()
        watch = Stopwatch(self.limits.call_seconds, tightest.left, self.worker.effort)
        try:
            return self.exchange(self.worker.connection, request, watch)
        except TimeoutError:
            error = self.overdue(watch, tightest)
        except TooLarge:
            error = Unreadable(too_large(self.limits))
        except WireError as reason:
            error = Unreadable(unreadable(reason.what))
        except (EOFError, OSError):
            error = Died(self.snapshot.ending or Message.of("died"))
            self.doubt = "the process ended during a call"
        finally:
            self.budget.book(watch.used)
        self.close()
        raise error

    def open(self) -> WorkerProcess:
        """A new worker; raises NoCopy."""
        try:
            with self.spend():
                return self.snapshot.open()
        except OSError as error:
            self.doubt = f"no copy of the student's functions could be made: {error}"
            raise NoCopy(self.doubt) from error

    def exchange(self, connection: socket.socket, request: Request, watch: Stopwatch) -> Reply:
        """One frame there, one frame back, and before it any number that say: it goes on."""
        connection.settimeout(watch())
        wire.send(connection, request, limit=1 << 30)  # it is ours: no limit is needed
        while True:
            reply = wire.receive(connection, limit=self.limits.reply_bytes, patience=watch)
            if not isinstance(reply, dict):
                raise WireError("a reply that is none")
            if reply != GOING_ON:
                return reply
            watch.next_call()

    def overdue(self, watch: Stopwatch, tightest: Budget) -> StudentError | TimeUsedUp:
        """The error of a call that did not end in time."""
        if not tightest.left - watch.used > 0:
            return time_used_up(tightest)
        seconds = f"{self.limits.call_seconds:g}"
        if watch.rested:
            self.doubt = f"a call gave no answer in {seconds} seconds and computed nothing"
        return TimedOut(Message.of("timed_out", seconds=seconds))

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's: also that of reading replies."""
        return self.budget.spend()

    def close(self) -> None:
        """End the worker."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None


@dataclass(frozen=True, slots=True)
class NoSnapshot:
    """In place of a transport: the notebook never got to this point."""

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


def time_used_up(budget: Budget) -> TimeUsedUp:
    """That a budget is used up: slow calls are no mistake, but nobody waits for ever."""
    return TimeUsedUp(
        f"limit {budget.name}: the calls took longer than {budget.total:g} seconds together. "
        f"To wait longer, set {budget.name} in c.GradeSubmission.limits."
    )


def unreadable(kind: str) -> Message:
    """That a value can't be judged, and what it is instead."""
    return Message.of("unreadable", kind=kind)


def too_large(limits: Limits) -> Message:
    """That a value is larger than the limit."""
    return Message.of("too_large", bytes=str(limits.reply_bytes))
