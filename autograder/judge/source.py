"""Where the judge gets the student's functions from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from autograder.course.answers import Answer, Namespace, answer_in
from autograder.model.grade import Law, LawName
from autograder.model.limits import Limits
from autograder.student.inprocess import InProcessTransport
from autograder.student.transport import Transport


class StudentSource(Protocol):
    """Opens the student's functions for each law: frozen copies, or answers of the course's own."""

    def open(self, law: Law) -> Transport:
        """A transport that no other law uses; raises GraderError where none can be opened."""
        ...

    @property
    def lost(self) -> bool:
        """Whether what answered is gone, so that another run would be needed to ask on."""
        ...

    def must_retry(self, law: Law) -> bool:
        """Whether a law that just ran must run once more, on newly opened functions.

        Raises GraderError where that can't be decided: the law is not graded.
        """
        ...


@dataclass(slots=True)
class AnswerSource:
    """Answers of the course's own, in this process; no two laws call the same ones."""

    reference: Namespace
    limits: Limits
    answers: tuple[Answer, ...] = ()
    met: dict[LawName, Namespace] = field(default_factory=dict)  # what each law met

    def open(self, law: Law) -> Transport:
        """A transport to the answers among the reference's names."""
        fresh = partial(answered, self.reference, self.answers)
        self.met[law.name] = namespace = fresh()
        return InProcessTransport(namespace, self.limits, fresh)

    @property
    def lost(self) -> bool:
        """Never: nobody else can end what runs in this process."""
        return False

    def must_retry(self, law: Law) -> bool:
        """Never: nobody else can end what runs in this process."""
        del law
        return False


def answered(reference: Namespace, answers: Iterable[Answer]) -> Namespace:
    """The reference's names with the answers among them."""
    namespace = dict(reference)
    for answer in answers:
        namespace = answer_in(namespace, answer)
    return namespace
