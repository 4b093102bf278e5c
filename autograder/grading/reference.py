"""Answer for the reference, in a process with limits, what stand-ins in the sandbox ask.

How it works: a child that has loaded the reference gets one question after the other, each a
request as a worker of the sandbox gets it, and answers as one does (`guest.answer`). Questions come
from student code: how many there are, how long one takes and how much memory it needs is limited.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import msgspec

from autograder.course.answers import load_reference
from autograder.grading.child import fork_server, settle
from autograder.guest import wire
from autograder.guest.answer import answer
from autograder.guest.errors import WireError
from autograder.model.errors import GraderError, TimedOut, Unreadable
from autograder.model.limits import Limits
from autograder.student.transport import Request, timed_out, too_large, unreadable

MOST_QUESTIONS = 500_000  # of one law
STARTING_SECONDS = 60.0
READY = b"ready"
NO_QUESTION = {"name": "TypeError", "kinds": ["TypeError"]}


@dataclass(slots=True)
class ReferenceHelper:
    """A `student.transport.Helper`: a child answers for some functions of the reference."""

    course: str
    assignment: str
    task: str  # that is tried again
    names: tuple[str, ...]  # of the functions
    cell: str  # the task's own
    limits: Limits
    asked: int = 0  # by the law that runs
    used: set[str] = field(default_factory=set)
    process: ForkServerProcess | None = None
    connection: Connection | None = None

    def begin(self) -> Request:
        """What a new worker is asked first; raises GraderError where no child starts."""
        self.asked = 0
        if self.process is None:
            self.start()
        return {"stand_in": list(self.names), "task": self.task, "cell": self.cell}

    def start(self) -> None:
        """Start the child, and wait until it has loaded the reference."""
        context = fork_server()
        self.connection, theirs = context.Pipe()
        order = msgspec.json.encode((self.course, self.assignment, self.limits.grading_bytes))
        self.process = context.Process(target=serve, args=(order, theirs))
        try:
            self.process.start()
            theirs.close()
            fine = self.connection.poll(STARTING_SECONDS) and self.connection.recv_bytes() == READY
        except (EOFError, OSError):
            fine = False
        if not fine:
            raise GraderError("The process that answers for the reference does not start.")

    def answer(self, question: Any) -> bytes:
        """The reply to a question, as JSON.

        Raises StudentErrors for a question that nobody may ask, that takes too long, or that is
        one too many, and GraderError where the child is gone.
        """
        self.asked += 1
        if not isinstance(question, dict) or question.get("call") not in self.names:
            raise Unreadable(unreadable("question"))
        self.used.add(str(question["call"]))
        assert self.connection is not None, "no worker has begun"
        try:
            self.connection.send_bytes(wire.to_bytes(question))
            patience = self.limits.call_seconds
            if self.asked > MOST_QUESTIONS or not self.connection.poll(patience):
                self.stop()  # an answer that comes later is none to the next question
                raise TimedOut(timed_out(patience))
            reply = self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            self.stop()
            raise GraderError("The process that answers for the reference has ended.") from error
        if len(reply) > self.limits.reply_bytes:
            raise Unreadable(too_large(self.limits))
        return reply

    def stop(self) -> None:
        """End the child."""
        if self.process is not None:
            with contextlib.suppress(AttributeError):  # it did not start
                self.process.kill()
                self.process.join()
        if self.connection is not None:
            self.connection.close()
        self.process = self.connection = None


# --- in the child -------------------------------------------------------------


def serve(order: bytes, connection: Connection) -> None:
    """Answer questions until the other side is gone."""
    course, assignment, memory = msgspec.json.decode(order)
    settle(memory)
    reference = load_reference(Path(course), assignment)
    connection.send_bytes(READY)
    with contextlib.suppress(EOFError, OSError):
        while True:
            connection.send_bytes(reply_to(connection.recv_bytes(), reference))


def reply_to(question: bytes, reference: dict[str, Any]) -> bytes:
    """What the reference comes to."""
    try:
        return wire.to_bytes(answer(wire.from_bytes(question), reference))
    except (WireError, KeyError, TypeError, ValueError, IndexError) as error:
        return wire.to_bytes({"raised": {**NO_QUESTION, "text": str(error)}})
