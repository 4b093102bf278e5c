"""The hidden tests of an assignment, and the reference that they are measured with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.audit.batch import run_trials
from autograder.audit.trial import Trial
from autograder.course.answers import Answer, Namespace, load_reference
from autograder.course.digest import digests_of_suite
from autograder.course.settings import DEFAULTS
from autograder.grading.examples import recorded_examples
from autograder.model.errors import GraderError
from autograder.model.grade import Law, LawName
from autograder.model.limits import Limits


@dataclass(frozen=True, slots=True)
class Suite:
    """The laws of all measured tasks, where they stand and what they ask for."""

    course: Path
    assignment: str
    reference: Namespace
    laws: tuple[Law, ...]
    files: Mapping[LawName, str]  # where each law of the assignment stands
    asked: Mapping[LawName, frozenset[str]]  # the functions and variables that each asks for
    examples: tuple[str, ...] = ()  # files with the recorded examples of the laws

    @property
    def tasks(self) -> tuple[str, ...]:
        """The measured tasks in the order of their laws."""
        return tuple(dict.fromkeys(law.task for law in self.laws))

    @property
    def all_tasks(self) -> tuple[str, ...]:
        """All tasks of the assignment: one of them may use the function of another."""
        return tuple(dict.fromkeys(task for task, _ in self.files))

    @property
    def functions(self) -> tuple[str, ...]:
        """The measured tasks that are functions."""
        return tuple(task for task in self.tasks if callable(self.reference.get(task)))

    def trial(
        self,
        *answers: Answer,
        laws: Iterable[LawName],
        seeds: Sequence[int] = (0,),
        misconceptions: Sequence[Answer] = (),
        brief: bool = False,
    ) -> Trial:
        """A trial of answers on some laws of this suite."""
        names = frozenset(laws)
        files = frozenset(self.files[name] for name in names)
        return Trial(
            *(str(self.course), self.assignment, answers, names, tuple(seeds), files),
            misconceptions=tuple(misconceptions),
            brief=brief,
            examples=self.examples,
        )

    def measured(self, answers: Iterable[Answer]) -> list[Answer]:
        """The answers to the measured tasks."""
        return [answer for answer in answers if answer.task in self.tasks]

    def about(self, task: str) -> frozenset[LawName]:
        """The laws of a task, and those of others that ask for its function."""
        return frozenset(
            law for law, names in self.asked.items() if law[0] == task or task in names
        )

    def by_chance(self, task: str) -> frozenset[LawName]:
        """The task's laws that might reject a right answer."""
        return frozenset(law.name for law in self.laws if law.task == task and law.chance)


def read_suite(course: Path, assignment: str, tasks: Sequence[str]) -> Suite:
    """The suite with all its laws, or those of some tasks; raises GraderError for unknown ones."""
    first = run_trials({"reference": Trial(str(course), assignment)}, workers=1)["reference"]
    laws = tuple(outcome.law for outcome in first.outcomes)
    known = tuple(dict.fromkeys(law.task for law in laws))
    if unknown := set(tasks) - set(known):
        raise GraderError(
            f"No hidden test is about {', '.join(sorted(unknown))}. "
            f"The tasks of {assignment}: {', '.join(known)}."
        )
    measured = tuple(law for law in laws if not tasks or law.task in tasks)
    reference = load_reference(course, assignment)
    examples = recorded_examples(
        digests_of_suite(course, assignment),
        course,
        assignment,
        Limits(),
        processes=DEFAULTS.processes,
    )
    return Suite(course, assignment, reference, measured, first.files, first.asked, examples)
