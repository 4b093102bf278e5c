"""What one hidden test asked of the student's functions, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from autograder.guest import wire
from autograder.model.errors import NoCopy, TimedOut, TimeUsedUp
from autograder.model.grade import Counterexample
from autograder.model.messages import Sentence
from autograder.student.call import Call
from autograder.student.literal import literal

MOST_EXCHANGES = 80  # that are kept of one test, to see what the student's function does
SMALL_REPLY = 1 << 16  # bytes: parsed, a reply takes thirty times its size
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

    `last` and `found` are what the last request was and what came of it: a value is written
    down only when somebody wants to see it. After
    a time-out, or where no copy of the functions can be made, nothing more is asked and every
    request ends the same way (`stuck`): a search for a smaller counterexample would wait the
    full time again and again. `failure` is what broke the law before the search came to its end.
    """

    last: Call | str = ""  # a call, or the name of a variable
    stuck: TimedOut | TimeUsedUp | NoCopy | None = None
    failure: Counterexample | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    alone: dict[bytes, Any] = field(default_factory=dict)  # values of calls that were the first
    kept_bytes: int = 0  # of these exchanges
    reply: bytes = b""  # with the value that came last, where that is not written down yet
    sentence: Sentence = ""

    def remember(self, exchange: Exchange) -> None:
        """Keep what was asked and what came back, unless it is too much."""
        size = self.kept_bytes + exchange.size
        if len(self.exchanges) < MOST_EXCHANGES and size <= EXCHANGE_BYTES:
            self.exchanges.append(exchange)
            self.kept_bytes = size

    def returned(self, value: Any, reply: bytes) -> None:
        """Note the value that a reply holds; a small one is written down when it is asked for."""
        small = len(reply) <= SMALL_REPLY
        self.reply, self.sentence = (reply, "") if small else (b"", literal(value))

    def failed(self, sentence: Sentence) -> None:
        """Note what there is instead of a value."""
        self.reply, self.sentence = b"", sentence

    @property
    def found(self) -> Sentence:
        """What came of the last request, as a student reads it."""
        if not self.reply:
            return self.sentence
        return literal(wire.unpack(wire.from_bytes(self.reply)["value"]))
