"""On what a grade rests: enough to make it again, and to see what has changed since.

How it works: the provenance stands in the result file beside the grade. All of it is fixed by
what was handed in and by the course, so that whoever grades the same again gets the same file,
byte for byte. The time of grading is therefore left to the file's own time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.model.limits import Limits
from autograder.model.messages import Language


@dataclass(frozen=True, slots=True)
class Method:
    """How all submissions of an assignment are graded. Digests are SHA-256, in hexadecimal."""

    suite: str = ""  # digest of the hidden tests and what they may import of `tests/hidden`
    reference: str = ""  # digest of the reference solution
    misconceptions: str = ""  # digest of the known mistakes, which results name
    source: str = ""  # digest of the instructor's notebook
    engine: str = ""  # digest of this package
    versions: dict[str, str] = field(default_factory=dict)  # of Python and the packages
    seed: int = 0  # of random results in tests; Hypothesis draws by each test's own text
    limits: Limits = field(default_factory=Limits)
    follow_on: str = "full"  # credit for follow-on errors
    language: Language = "de"
    sandboxed: bool = True

    def differences(self, now: Method) -> Iterator[str]:
        """What is not as it was, a line each."""
        for name, what in (
            ("suite", "the hidden tests"),
            ("reference", "the reference"),
            ("misconceptions", "the known mistakes"),
            ("source", "the source notebook"),
            ("engine", "the engine"),
        ):
            if getattr(self, name) != getattr(now, name):
                yield f"{what} changed"
        for package in sorted(self.versions.keys() | now.versions.keys(), key=str.lower):
            old, new = self.versions.get(package), now.versions.get(package)
            if old != new:
                yield f"{package} {new or 'missing'} instead of {old or 'missing'}"
        for limit in Limits.__dataclass_fields__:
            before, after = getattr(self.limits, limit), getattr(now.limits, limit)
            if before != after:
                yield f"limit {limit} is {after} instead of {before}"
        for setting in ("seed", "follow_on", "language", "sandboxed"):
            before, after = getattr(self, setting), getattr(now, setting)
            if before != after:
                yield f"{setting} is {after!r} instead of {before!r}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Whose grade it is, of what, and how it was made."""

    student: str
    notebook: str
    submitted: str | None  # when (UTC, ISO 8601), as nbgrader's receipt says; None without one
    submission: str  # digest of the file that was handed in; "" where none could be read
    method: Method
