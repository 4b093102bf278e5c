"""How a request reaches the process that answers it, and what goes wrong on the way.

How it works: a request goes to a worker of a snapshot as one frame, and one frame
comes back. What goes wrong on the way is the student's side's doing and becomes a
StudentError. The time that it takes is counted by call, by test and by submission. Only
the time of a call is the contract's: where the calls of a test take too long together, it
is *not graded*.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from autograder.guest import wire
from autograder.guest.errors import TooLarge, WireError
from autograder.model.errors import Died, NoCopy, StudentError, TimedOut, TimeUsedUp, Unreadable
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.budget import Budget, Stopwatch
from autograder.student.effort import Effort

Request = dict[str, Any]
Reply = dict[str, Any]

GOING_ON = wire.to_bytes({"going_on": True})  # between the calls of a repeated one
QUESTION = b'{"question":'  # how a stand-in's frame begins


class Transport(Protocol):
    """Carries requests to what answers them: a worker of a snapshot, or a stand-in."""

    def ask(self, request: bytes) -> bytes:
        """The reply to a Request, both as JSON; raises a StudentError where no reply comes.

        What came may be no Reply: nobody has parsed it yet.
        """
        ...

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's."""
        ...

    def aside(self) -> contextlib.AbstractContextManager[Transport]:
        """Another one, to functions that nobody has called."""
        ...

    def close(self) -> None:
        """Free what the transport holds."""
        ...


class WorkerProcess(Protocol):
    """A process that answers on a connection and can be ended (`snapshot.Worker`)."""

    @property
    def connection(self) -> wire.Connection: ...

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


class Helper(Protocol):
    """Answers what a worker's stand-ins for earlier functions ask."""

    used: set[str]  # the functions that were asked for, until somebody clears it

    def begin(self) -> Request:
        """What tells a new worker which functions are replaced."""
        ...

    def answer(self, question: Any) -> bytes:
        """The reply, as JSON; raises StudentErrors for what is no question, or one too many."""
        ...

    def stop(self) -> None:
        """Free what the helper holds."""
        ...


@dataclass(slots=True)
class WorkerTransport:
    """Ask a worker, and fork a new one where the last one was lost.

    `doubt` says, to staff, how a call ended that the student's code may not have ended: its
    process was killed, or did nothing all the time, or could not be forked.
    """

    snapshot: WorkerSource
    limits: Limits
    budget: Budget
    helper: Helper | None = None  # where earlier functions are replaced
    worker: WorkerProcess | None = None
    doubt: str = ""

    def ask(self, request: bytes) -> bytes:
        """Send one request and read its reply; what goes wrong is the student's side's doing.

        Raises TimeUsedUp and NoCopy, which are nobody's fault, beside StudentErrors.
        """
        if self.worker is None and self.helper is not None:
            self.send(wire.to_bytes(self.helper.begin()), self.limits.cell_seconds)  # of a cell
        return self.send(request, self.limits.call_seconds)

    def send(self, request: bytes, seconds: float) -> bytes:
        """The reply to a request of so many seconds for each call; raises as `ask` does."""
        tightest = self.budget.tightest
        if not tightest.left:
            raise time_used_up(tightest)
        if self.worker is None:
            self.worker = self.open()
        watch = Stopwatch(seconds, tightest.left, self.worker.effort)
        try:
            return self.exchange(self.worker.connection, request, watch)
        except (Unreadable, TimedOut) as problem:  # of the helper
            error: StudentError | TimeUsedUp = problem
        except TimeoutError:
            error = self.overdue(watch, tightest)
        except TooLarge:
            error = Unreadable(too_large(self.limits))
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

    def exchange(self, connection: wire.Connection, request: bytes, watch: Stopwatch) -> bytes:
        """Send one frame and receive one, after any number of frames that say: it goes on."""
        connection.send_frame(request, limit=1 << 30, patience=watch)  # it is ours: no limit
        while True:
            reply = connection.receive_frame(limit=self.limits.reply_bytes, patience=watch)
            question = question_in(reply) if self.helper is not None else None
            if reply != GOING_ON and question is None:
                return reply
            if self.helper is not None and question is not None:
                answer = self.helper.answer(question)
                connection.send_frame(answer, limit=1 << 30, patience=watch)
            else:
                watch.next_call()
            watch()  # frames may come one after the other, without end

    def overdue(self, watch: Stopwatch, tightest: Budget) -> StudentError | TimeUsedUp:
        """The error of a call that did not end in time."""
        if not tightest.left - watch.used > 0:
            return time_used_up(tightest)
        seconds = self.limits.call_seconds
        if watch.rested and self.helper is None:  # or it waited for answers
            self.doubt = f"a call gave no answer in {seconds:g} seconds and computed nothing"
        return TimedOut(timed_out(seconds))

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Count the time that the body takes as the student's: also that of reading replies."""
        return self.budget.spend()

    @contextlib.contextmanager
    def aside(self) -> Iterator[Transport]:
        """Another one, with a worker of its own and the same budget."""
        other = WorkerTransport(self.snapshot, self.limits, self.budget, self.helper)
        try:
            yield other
        finally:
            other.close()
            self.doubt = self.doubt or other.doubt

    def close(self) -> None:
        """End the worker."""
        if self.worker is not None:
            self.worker.kill()
            self.worker = None


@dataclass(frozen=True, slots=True)
class NoSnapshot:
    """In place of a transport: the notebook never got to this point."""

    cause: Message

    def ask(self, request: bytes) -> bytes:
        """Say why there is no answer."""
        del request
        raise Died(self.cause)

    def spend(self) -> contextlib.AbstractContextManager[None]:
        """Nothing is counted."""
        return contextlib.nullcontext()

    def aside(self) -> contextlib.AbstractContextManager[Transport]:
        """The same: there are no functions."""
        return contextlib.nullcontext(self)

    def close(self) -> None:
        """Nothing is held."""


def question_in(reply: bytes) -> Any:
    """What a stand-in asks, or None where a frame is something else."""
    if not reply.startswith(QUESTION):
        return None
    try:
        return wire.from_bytes(reply).get("question")
    except WireError:
        return None


def time_used_up(budget: Budget) -> TimeUsedUp:
    """That a budget is used up: slow calls are no mistake, but nobody waits for ever."""
    return TimeUsedUp(
        f"limit {budget.name}: the calls took longer than {budget.total:g} seconds together. "
        f"To wait longer, set {budget.name} in c.GradeSubmission.limits."
    )


def unreadable(kind: str) -> Message:
    """That a value can't be judged, and what it is instead."""
    return Message.of("unreadable", kind=kind)


def timed_out(seconds: float) -> Message:
    """That a call did not end in that time."""
    return Message.of("timed_out", seconds=f"{seconds:g}")


def too_large(limits: Limits) -> Message:
    """That a value is larger than the limit."""
    return Message.of("too_large", bytes=str(limits.reply_bytes))
