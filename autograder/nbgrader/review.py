"""Find what a person should look at: from the gradebook, and the result files of a class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from nbgrader.api import MissingEntry, SubmittedAssignment, SubmittedNotebook
from nbgrader.coursedir import CourseDirectory

from autograder.course.database import open_gradebook
from autograder.course.folder import Course, submissions_at
from autograder.model.cells import PREFIX
from autograder.model.grade import Grade, Outcome, TaskGrade
from autograder.model.review import Matter, Review, by_urgency, kind_of_remark
from autograder.nbgrader.gradebook import nobody_graded, points_booked, waiting_grades
from autograder.nbgrader.results import read_result

JUPYTER = "http://localhost:8888"  # where `jupyter lab` is, if nobody says otherwise
UNFINISHED = "handed in, but its grading was never finished: run nbgrader autograde again"


def review_class(course: Course, assignment: str, jupyter: str = JUPYTER) -> Review:
    """All that there is to look at; raises GraderError where nobody has been graded yet.

    The same where the gradebook can't be used. `jupyter` is the address of the server with the
    formgrader.
    """
    course.source(assignment)  # raises GraderError for an unknown assignment
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    handed_in = dict(submissions_at(directory, directory.submitted_directory, assignment))
    with open_gradebook(directory) as book:
        try:
            known = {each.student.id: each for each in book.assignment_submissions(assignment)}
        except MissingEntry:
            known = {}
        if not known:
            raise nobody_graded(assignment)
        found = [
            matter
            for student, submission in known.items()
            for matter in review_submission(directory, submission, student, jupyter)
        ]
    found += [Matter("not graded", each, UNFINISHED) for each in handed_in.keys() - known.keys()]
    return Review(assignment, len(known.keys() | handed_in.keys()), by_urgency(found))


def review_submission(
    directory: CourseDirectory, submission: SubmittedAssignment, student: str, jupyter: str
) -> Iterator[Matter]:
    """What there is to look at in one submission."""
    step, assignment = directory.autograded_directory, submission.assignment.name
    folder = Path(directory.format_path(step, student, assignment))
    for notebook in submission.notebooks:
        address = f"{jupyter.rstrip('/')}/formgrader/submissions/{quote(notebook.id)}"
        grade = read_result(folder, notebook.name)
        if grade is None:
            yield Matter("not graded", student, UNFINISHED, address=address)
            continue
        yield from review_grade(grade, notebook, student, address)


def review_grade(
    grade: Grade, notebook: SubmittedNotebook, student: str, address: str
) -> Iterator[Matter]:
    """What there is to look at in one graded notebook: one matter a kind, where that says all."""
    waiting = {booked.name for booked in waiting_grades(notebook.assignment)}
    for task in grade.tasks:
        if task.cause and f"{PREFIX}{task.task}" in waiting:
            yield Matter("not graded", student, task.cause, task.task, address)
    if answers := answers_to_grade(notebook):
        yield Matter("free text", student, ", ".join(answers), address=address)
    for kind, remarks in groupby(fold_laws(grade.remarks), key=kind_of_remark):
        yield Matter(kind, student, "; ".join(remarks), address=address)
    kept = {
        task.task: sum(each.earned for each in task.outcomes if each.follow_on)
        for task in grade.tasks
    }
    if any(kept.values()):
        what = ", ".join(f"{task} {points:g}" for task, points in kept.items() if points)
        yield Matter("follow-on", student, f"points kept: {what}", address=address)
    for task in grade.tasks:
        if (outcome := unexplained(task)) is not None and outcome.counterexample is not None:
            case = outcome.counterexample
            yield Matter(
                *("unexplained", student, outcome.law.sentence, task.task, address),
                *(case.call, case.found, case.expected),
            )


def answers_to_grade(notebook: SubmittedNotebook) -> list[str]:
    """The grade_ids of the answers in words that wait for a person."""
    written = {cell.name for cell in notebook.notebook.solution_cells}
    return [
        booked.name
        for booked in notebook.grades
        if booked.name in written and (points_booked(booked) is None or booked.needs_manual_grade)
    ]


def fold_laws(remarks: Iterable[str]) -> list[str]:
    """Remarks, those that differ in the law alone made one, sorted by their kind."""
    folded = Counter(re.sub(r" in test_\w+$", "", remark) for remark in remarks)
    said = [f"{text} ({count} times)" if count > 1 else text for text, count in folded.items()]
    return sorted(said, key=kind_of_remark)


def unexplained(task: TaskGrade) -> Outcome | None:
    """The broken law that is worth most in a task where nobody knows what is wrong."""
    explained = {test for diagnosis in task.diagnoses for test in diagnosis.laws}
    broken = [
        each
        for each in task.outcomes
        if each.status == "failed" and not (each.untried or each.follow_on)
    ]
    if task.why is not None or not broken or any(each.law.test in explained for each in broken):
        return None
    return max(broken, key=lambda each: each.law.points)
