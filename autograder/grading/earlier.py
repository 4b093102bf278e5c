"""Keep the tasks of an earlier grading for which nothing has changed.

How it works: the verdict on a task depends on the submission, on the files with its hidden tests
and all that they may import, on the engine, the packages and the limits. A task's `basis` is a
digest of all that. Where it is the same as in the earlier grading, and the task was graded, its
laws are not run again. The notebook's cells are, so that all tests see the student's functions
as ever.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from autograder.course.answers import misconceptions_folder
from autograder.course.digest import add_place
from autograder.course.settings import Settings
from autograder.model.grade import Grade, TaskGrade


@dataclass(slots=True)
class EarlierGrade:
    """A pytest plugin beside `JudgePlugin`: it leaves out the laws of the tasks that are kept."""

    grade: Grade | None  # the earlier one
    submission: str  # the restored notebook
    uses: Mapping[str, tuple[str, ...]]  # the earlier tasks whose mistakes count for each task
    digests: Mapping[str, str]  # by the file of hidden tests; none: nothing is kept
    bases: dict[str, str] = field(default_factory=dict)  # by the task
    kept: dict[str, TaskGrade] = field(default_factory=dict)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """See on what each task depends, and deselect the tests of those that are kept."""
        files = defaultdict(set)
        for item in items:
            files[task_of(item)].add(str(item.path))
        self.bases = {task: self.basis(self.needed(task, files)) for task in files if task}
        self.kept = dict(self.unchanged())
        left_out = [item for item in items if task_of(item) in self.kept]
        if left_out:
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if item not in left_out]

    def needed(self, task: str, files: Mapping[str, set[str]]) -> set[str]:
        """The files with the laws of a task, and of those that it uses: their mistakes count."""
        used = (files.get(each, set()) for each in self.uses.get(task, ()))
        return files[task].union(*used)

    def basis(self, files: set[str]) -> str:
        """A digest of what a task with these files of hidden tests depends on, or ""."""
        if not files <= self.digests.keys():
            return ""
        digest = hashlib.sha256(self.submission.encode())
        for file in sorted(files):
            digest.update(self.digests[file].encode())
        return digest.hexdigest()

    def unchanged(self) -> Iterator[tuple[str, TaskGrade]]:
        """The tasks that are kept, by name."""
        for task in self.grade.tasks if self.grade is not None else ():
            if task.basis and task.basis == self.bases.get(task.task) and task.earned is not None:
                yield task.task, task

    @property
    def wrong(self) -> set[str]:
        """The tasks that are kept, and lost points."""
        return {
            name
            for name, task in self.kept.items()
            if any(outcome.status == "failed" for outcome in task.outcomes)
        }

    @property
    def remarks(self) -> list[str]:
        """What staff was told of the tasks that are kept."""
        told = self.grade.remarks if self.grade is not None else ()
        return [remark for remark in told if remark.partition(": ")[0] in self.kept]


def describe_kept(grade: Grade, earlier: Grade | None) -> str:
    """Which tasks an earlier grading holds for; "" where for none."""
    before = earlier.tasks if earlier is not None else ()
    kept = [task.task for task in grade.tasks if task in before and task.basis]
    again = [task.task for task in grade.tasks if task.task not in kept]
    if not kept:
        return ""
    ran, names = ", ".join(again) or "nothing", ", ".join(kept)
    return f"run again: {ran}; kept, since nothing has changed: {names}"


def digests_of_results(
    tests: Mapping[Path, str], course: Path, assignment: str, settings: Settings
) -> dict[str, str]:
    """What the results of each file with hidden tests depend on, beside the submission.

    `tests` are these files and their digests (`course.digest`). Raises GraderError.
    """
    how = hashlib.sha256(
        msgspec.json.encode((settings.limits, settings.unsandboxed, settings.follow_on))
    )
    # results name misconceptions
    add_place(how, misconceptions_folder(course, assignment))
    return {str(file.absolute()): f"{digest} {how.hexdigest()}" for file, digest in tests.items()}


def task_of(item: pytest.Item) -> str:
    """The task of a law; "" where its test names none."""
    marker = item.get_closest_marker("points")
    return str(marker.kwargs.get("task", "")) if marker is not None else ""
