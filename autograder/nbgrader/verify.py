"""Verify a grade: grade the submission again, and compare all with what is in force.

How it works: a result file says how it was made (`model/provenance`). Where submission, tests,
reference, engine, packages and settings are still the same, grading again gives the same file,
byte for byte. What was changed since is named: the submission, the course, the result file or
the gradebook.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.database import open_gradebook
from autograder.course.folder import Course, submissions_at
from autograder.model.cells import PREFIX
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.model.regrade import LawChange, compare, total
from autograder.nbgrader.again import Again, grade_again
from autograder.nbgrader.results import read_provenances, read_results, result_path


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found of one student's grade: nothing, where it is what grading makes."""

    student: str
    earned: float | None
    points: float
    findings: tuple[str, ...] = ()
    laws: tuple[LawChange, ...] = ()  # that have another outcome when graded again


def verify_class(
    course: Course, assignment: str, config: Config, student: str | None = None
) -> list[Verification]:
    """Verify a student's grade, or everybody's.

    Raises GraderError where there is no result, or where nothing can be graded.
    """
    course.source(assignment)  # raises GraderError for an unknown assignment
    directory = CourseDirectory(config=config, root=str(course.root))
    folders = dict(submissions_at(directory, directory.autograded_directory, assignment))
    found = {who: read_results(folder) for who, folder in folders.items()}
    graded = {who: grades for who, grades in found.items() if grades}
    wanted = sorted(graded) if student is None else [student]
    if not wanted or wanted[0] not in graded:
        whom = f"{student} has" if student is not None else "Nobody has"
        raise GraderError(
            f"{whom} no result in {assignment} that could be verified. "
            f"Grade with: nbgrader autograde {assignment}"
        )
    handed_in = dict(submissions_at(directory, directory.submitted_directory, assignment))
    fresh = deepcopy(config)
    fresh.GradeSubmission.reuse = False
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        there = [who for who in wanted if who in handed_in]
        again = grade_again(course, assignment, there, Path(scratch), fresh) if there else None
        booked = scores_of(directory, assignment)
        return [
            verify(who, folders[who], graded[who], again if who in there else None, booked)
            for who in wanted
        ]


def verify(
    student: str,
    folder: Path,
    grades: Sequence[Grade],
    again: Again | None,
    booked: dict[str, dict[str, float | None]],
) -> Verification:
    """Compare a student's result with the gradebook, and with a new grading."""
    findings = [*compare_gradebook(grades, booked.get(student))]
    laws: tuple[LawChange, ...] = ()
    if again is None:
        findings.append("the submission is gone")
    elif student in again.failed:
        findings.append(f"it can't be graded again: {again.failed[student]}")
    else:
        new = again.folder(student)
        findings += compare_files(folder, new, again)
        laws = compare(student, grades, read_results(new)).laws
    points = sum(grade.points for grade in grades)
    return Verification(student, total(grades), points, tuple(findings), laws)


def compare_gradebook(
    grades: Sequence[Grade], booked: dict[str, float | None] | None
) -> Iterator[str]:
    """Where the gradebook's automatic scores are not the result's."""
    if booked is None:
        yield "the gradebook does not know the submission"
        return
    for grade in grades:
        for task in grade.tasks:
            score = booked.get(f"{PREFIX}{task.task}")
            if score != task.earned:
                yield (
                    f"the gradebook has {points(score)} for {task.task}, "
                    f"the result file {points(task.earned)}"
                )


def compare_files(old: Path, new: Path, again: Again) -> Iterator[str]:
    """What is not as it was when a result was made, and where the result is another one."""
    before, now = read_provenances(old), read_provenances(new)
    for name, made in now.items():
        if name not in before:
            yield f"{name}: the result is of an older version, which did not say how it was made"
            continue
        was = before[name]
        if (was.submission, was.submitted) != (made.submission, made.submitted):
            yield f"{name}: the submission was changed since, or handed in again"
        changed = list(was.method.differences(again.method))
        yield from (f"{name}: {each}" for each in changed)
        same = result_path(old, name).read_bytes() == result_path(new, name).read_bytes()
        if not same and not changed and was.submission == made.submission:
            yield f"{name}: the result file is not what grading makes"


def scores_of(directory: CourseDirectory, assignment: str) -> dict[str, dict[str, float | None]]:
    """The automatic scores in the gradebook, by student and cell; raises GraderError."""
    with open_gradebook(directory) as book:
        try:
            submissions = book.assignment_submissions(assignment)
        except MissingEntry:
            return {}
        return {
            submission.student.id: {
                booked.name: booked.auto_score
                for notebook in submission.notebooks
                for booked in notebook.grades
            }
            for submission in submissions
        }


def points(score: float | None) -> str:
    """Points for a sentence."""
    return "no points" if score is None else f"{score:g}"
