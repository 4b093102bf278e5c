"""Two families of errors: what a student's code caused, and what the grader did.

A `StudentError` costs the points of the tests it touches and is shown to the
student. A `GraderError` costs nobody points: what it touches is *not graded*,
and staff are told. No error is ever both.
"""

from __future__ import annotations

from autograder.model.messages import Message, Sentence


class StudentError(Exception):
    """The student's code did something that costs points."""

    def __init__(self, found: Sentence, expected: Sentence | None = None) -> None:
        super().__init__(found, expected)
        self.found = found
        self.expected = expected
        self.part = ""  # of the value that it is about, as an index: "[0]"


class Violation(StudentError, AssertionError):
    """A law does not hold for what the student's code returned.

    `hint` is read in place of the law's, where that is about something else.
    """

    def __init__(
        self, found: Sentence, expected: Sentence | None = None, hint: str | None = None
    ) -> None:
        super().__init__(found, expected)
        self.hint = hint


class PremiseFailed(StudentError):
    """A law could not be tried: what it needs besides its own rule does not hold."""


class Missing(StudentError):
    """The notebook defines no such function or variable."""


class TimedOut(StudentError):
    """A call took longer than the contract allows."""


class Died(StudentError):
    """The process that held the student's functions ended during a call."""


class Unreadable(StudentError):
    """What came back is no plain data, too large, or not what the wire speaks."""


class Raised(StudentError):
    """The student's function itself raised an exception.

    `kinds` names the built-in classes that the exception is an instance of. All
    of it is what the sandbox says; it is compared and shown, nothing else.
    """

    def __init__(self, name: str, kinds: tuple[str, ...], text: str = "") -> None:
        key = "raised" if text else "raised_silently"
        super().__init__(Message.of(key, kind=name, text=text))
        self.kinds = kinds


class GraderError(Exception):
    """The grader, its set-up or a hidden test is at fault, not the student."""


class TimeUsedUp(GraderError):
    """All calls of a test, or of a submission, took longer together than the grader waits."""


class NoCopy(GraderError):
    """A frozen copy of the student's functions could not be made."""


class ClusterLost(GraderError):
    """The machines that were to grade are gone: what is not graded yet can't be."""
