"""What grading a class again would change: whose points, by which laws, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.model.grade import Grade, LawName, Outcome, Status
from autograder.model.messages import Sentence


@dataclass(frozen=True, slots=True)
class LawChange:
    """A law with another outcome than before; a status is None where there was no such law."""

    task: str
    test: str
    sentence: str
    before: Status | None
    after: Status | None
    points: float  # more than before; negative for a loss
    call: str = ""  # that breaks the law now, or did before
    found: Sentence = ""
    reason: Sentence | None = None  # why the law failed or was not graded


@dataclass(frozen=True, slots=True)
class Change:
    """What a new grade changes for one student; points are None where they are not graded."""

    student: str
    before: float | None
    after: float | None
    laws: tuple[LawChange, ...]

    @property
    def loses(self) -> bool:
        """Whether the student would have less than before, or would have to wait."""
        return self.before is not None and (self.after is None or self.after < self.before)

    @property
    def gains(self) -> bool:
        """Whether the student would have more, or need not wait any more."""
        return self.after is not None and (self.before is None or self.after > self.before)


@dataclass(frozen=True, slots=True)
class Regrade:
    """What grading an assignment again would change."""

    assignment: str
    because: tuple[str, ...]  # what is not as it was when the results in force were made
    changes: tuple[Change, ...]  # of those whose points or laws change, by student
    same: tuple[str, ...]  # whose do not
    left_out: dict[str, str]  # student: why the old grade stays


def compare(student: str, before: Sequence[Grade], after: Sequence[Grade]) -> Change:
    """What the new grades of a student's notebooks change."""
    return Change(student, total(before), total(after), tuple(law_changes(before, after)))


def total(grades: Iterable[Grade]) -> float | None:
    """The points of all notebooks, None where one of them was not graded."""
    earned = [grade.earned for grade in grades]
    return None if None in earned else sum(each for each in earned if each is not None)


def law_changes(before: Iterable[Grade], after: Iterable[Grade]) -> Iterator[LawChange]:
    """The laws whose outcome is another one, in their order."""
    old, new = outcomes_of(before), outcomes_of(after)
    for name in dict.fromkeys([*old, *new]):
        was, now = old.get(name), new.get(name)
        if was is None or now is None or (was.status, was.earned) != (now.status, now.earned):
            yield law_change(was, now)


def law_change(was: Outcome | None, now: Outcome | None) -> LawChange:
    """How one law's outcome differs; one of both is there."""
    known = now or was
    assert known is not None
    # what breaks the law now says why points are lost; else what broke it before says what was
    telling = next((each for each in (now, was) if each is not None and each.counterexample), None)
    case = telling.counterexample if telling is not None else None
    return LawChange(
        task=known.law.task,
        test=known.law.test,
        sentence=known.law.sentence,
        before=was.status if was is not None else None,
        after=now.status if now is not None else None,
        points=(now.earned if now is not None else 0.0) - (was.earned if was is not None else 0.0),
        call=case.call if case is not None else "",
        found=case.found if case is not None else "",
        reason=now.reason if now is not None else None,
    )


def outcomes_of(grades: Iterable[Grade]) -> dict[LawName, Outcome]:
    """All outcomes by the name of their law."""
    return {
        outcome.law.name: outcome
        for grade in grades
        for task in grade.tasks
        for outcome in task.outcomes
    }
