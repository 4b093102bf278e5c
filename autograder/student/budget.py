"""The time that the student's side may take: of a call, of a test, of a submission."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from autograder.student.effort import Effort

LOOK_SECONDS = 1.0  # of a call, before its process is looked at


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
    """How long the student's side has taken for a request; the patience of a `wire.Connection`.

    What a process waits for a core while the machine does something else is not counted.
    """

    call: float  # seconds of one call
    most: float  # seconds of the whole request
    effort: Callable[[], Effort]
    began: float = field(default_factory=time.monotonic)
    done: float = 0.0  # seconds of the calls that have ended
    before: Effort | None = None  # that of the process after a second

    def __call__(self) -> None:
        """Raise TimeoutError at the end."""
        if self.before is None and self.elapsed >= LOOK_SECONDS:
            self.before = self.effort()
        if min(self.call + self.done, self.most) <= self.used:
            raise TimeoutError

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
