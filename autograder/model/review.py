"""What of a class a person should look at, the most urgent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from autograder.model.messages import Sentence

# nobody has decided; free text; a limit; what was odd; points kept; wrong, and nobody knows why
Kind = Literal["not graded", "free text", "limit", "unusual", "follow-on", "unexplained"]
KINDS: tuple[Kind, ...] = get_args(Kind)
LIMIT = "limit "  # in a remark that says which limit was met


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to look at, in one submission."""

    kind: Kind
    student: str
    what: str
    task: str = ""  # or the grade_id of an answer; "" where it is about the whole submission
    address: str = ""  # of the formgrader's page of the notebook
    call: str = ""  # the smallest that goes wrong
    found: Sentence = ""
    expected: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """All that there is to look at in an assignment."""

    assignment: str
    students: int  # who handed something in
    matters: tuple[Matter, ...]

    def of(self, kind: Kind) -> list[Matter]:
        """The matters of one kind, by student."""
        return [matter for matter in self.matters if matter.kind == kind]

    @property
    def counts(self) -> dict[Kind, int]:
        """How many there are of each kind that there is."""
        counted = Counter(matter.kind for matter in self.matters)
        return {kind: counted[kind] for kind in KINDS if counted[kind]}


def by_urgency(matters: Iterable[Matter]) -> tuple[Matter, ...]:
    """The matters in the order in which a person should look at them."""
    return tuple(sorted(matters, key=lambda each: (KINDS.index(each.kind), each.student)))


def kind_of_remark(remark: str) -> Kind:
    """Whether a remark is about a limit that was met."""
    return "limit" if LIMIT in remark else "unusual"
