"""What one hidden test asked of the student's functions, and what came back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.model.errors import TimedOut, TimeUsedUp
from autograder.model.grade import Counterexample
from autograder.model.messages import Sentence
from autograder.student.call import Call
from autograder.student.transport import Reply, Request

MOST_EXCHANGES = 80  # that are kept of one test, to see what the student's function does
EXCHANGE_BYTES = 1 << 20  # of all that are kept of one test: replies may be large


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
class CallLog:
    """What a test asked: the judge creates it, the `student` fixture fills it in.

    `last` and `found` are what the last request was and what came of it. After
    a time-out nothing more is asked and every request ends the same way (`stuck`): a
    search for a smaller counterexample would wait the full time again and again.
    `failure` is what broke the law, should the time be used up before the search ends.
    """

    last: Call | str = ""  # a call, or the name of a variable
    found: Sentence = ""
    stuck: TimedOut | TimeUsedUp | None = None
    failure: Counterexample | None = None
    exchanges: list[Exchange] = field(default_factory=list)

    def remember(self, request: Request, reply: Reply) -> None:
        """Keep what was asked and what came back, unless it is too much."""
        if len(self.exchanges) == MOST_EXCHANGES:
            return
        with contextlib.suppress(WireError):
            exchange = Exchange(wire.to_bytes(request), wire.to_bytes(reply))
            if exchange.size + sum(each.size for each in self.exchanges) <= EXCHANGE_BYTES:
                self.exchanges.append(exchange)
