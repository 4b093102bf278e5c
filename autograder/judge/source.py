"""Where the judge gets the student's functions from."""

from __future__ import annotations

from typing import Protocol

from autograder.model.grade import Law
from autograder.student.transport import Transport


class StudentSource(Protocol):
    """Opens the student's functions for each law: frozen copies, or answers of the course's own."""

    def open(self, law: Law) -> Transport:
        """A transport that no other law uses; raises GraderError where none can be opened."""
        ...

    def must_retry(self, law: Law) -> bool:
        """Whether a law that just ran must run once more, on newly opened functions.

        Raises GraderError where that can't be decided: the law is not graded.
        """
        ...
