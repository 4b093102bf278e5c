"""What the end of a hidden test says about the student's work."""

from __future__ import annotations

from hypothesis.errors import FlakyFailure

from autograder.model.errors import GraderError, PremiseFailed, StudentError
from autograder.model.grade import Counterexample, Law, Outcome
from autograder.model.messages import Message
from autograder.student.digits import shorten
from autograder.student.log import CallLog


def judge(law: Law, error: BaseException | None, log: CallLog | None) -> Outcome:
    """The outcome of a law whose test raised `error`, or None; `log` is what the test asked."""
    if error is None:
        return Outcome(law, "passed")
    if log is not None and isinstance(log.stuck, GraderError) and log.failure:
        return Outcome(law, "failed", log.failure)
    if isinstance(error, FlakyFailure) and all(map(caused_by_student, error.exceptions)):
        return flaky(law, log)
    if caused_by_student(error):
        return Outcome(law, "failed", show(log, error))
    return Outcome(law, "not graded", reason=f"{type(error).__name__}: {error}"[:1000])


def flaky(law: Law, log: CallLog | None) -> Outcome:
    """The outcome of a law that broke once, and held when the same was asked again."""
    return Outcome(law, "failed", show(log, StudentError(Message.of("flaky"))))


def caused_by_student(error: BaseException) -> bool:
    """Whether the error costs points: whatever else a test raises is the test's own fault."""
    return isinstance(error, StudentError | AssertionError)


def show(log: CallLog | None, error: BaseException) -> Counterexample | None:
    """The last call of the smallest failing example, what came back and what should have."""
    if log is None or not log.last:
        return None
    found = getattr(error, "found", "") or log.found
    expected = getattr(error, "expected", None)
    if isinstance(found, str):
        found, shown = shorten(found, expected if isinstance(expected, str) else "")
        expected = shown if isinstance(expected, str) else expected
    call = f"{log.last}{getattr(error, 'part', '')}"
    premise, hint = isinstance(error, PremiseFailed), getattr(error, "hint", None)
    return Counterexample(call, found, expected, premise, hint=hint)
