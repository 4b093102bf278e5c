"""Comment on all submissions at once that fail a task in the same way.

How it works: nbgrader keeps two comments for an answer, one of the grader program and one of a
person, and shows the person's where there is one. A group's comment is the program's: whatever a
person wrote stays and is shown, in the formgrader the group's stands in the empty box, and a
submission that is graded again loses it, as its group may be another one then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Comment, Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.course.database import open_gradebook
from autograder.course.folder import Course, submissions_at
from autograder.course.settings import Settings
from autograder.model.cluster import Cluster, clusters_of
from autograder.model.errors import GraderError
from autograder.nbgrader.gradebook import nobody_graded
from autograder.nbgrader.results import read_results

NO_RESPONSE = "No response."  # nbgrader's own, of an answer that nobody touched
LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Commented:
    """What became of a comment: who has it now, and whom a person wrote something else."""

    cluster: Cluster
    written: tuple[str, ...]
    kept: tuple[str, ...]  # a person's comment is shown there
    missing: tuple[str, ...] = ()  # of whose answer the gradebook does not know


def cluster_class(course: Course, assignment: str) -> list[Cluster]:
    """The groups of a class; raises GraderError where nobody has been graded yet."""
    course.source(assignment)  # raises GraderError for an unknown assignment
    config = course.config()
    directory = CourseDirectory(config=config, root=str(course.root))
    graded = submissions_at(directory, directory.autograded_directory, assignment)
    grades = {student: read_results(Path(folder)) for student, folder in graded}
    if not any(grades.values()):
        raise nobody_graded(assignment)
    return clusters_of(grades, Settings.of(config).language)


def comments_of(course: Course, assignment: str, clusters: list[Cluster]) -> Mapping[str, str]:
    """The comments that groups have by now, by their id; raises GraderError."""
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    found: dict[str, str] = {}
    with open_gradebook(directory) as book:
        for cluster in clusters:
            for student in cluster.students:
                comment = find(book, assignment, student, cluster.task)
                text = comment.auto_comment if comment is not None else None
                if text and text != NO_RESPONSE:
                    found[cluster.id] = text
                    break
    return found


def comment_on(course: Course, assignment: str, wanted: str, text: str | None) -> Commented:
    """Give all of a group a comment, or with None take it back; all of them or none.

    Raises GraderError where there is no such group, and where the gradebook can't be used.
    """
    cluster = find_cluster(cluster_class(course, assignment), wanted)
    if text is not None and not 0 < len(text.strip()) <= LONGEST:
        raise GraderError(f"A comment has from 1 to {LONGEST} characters.")
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    written: list[str] = []
    kept: list[str] = []
    missing: list[str] = []
    with open_gradebook(directory) as book:
        for student in cluster.students:
            comment = find(book, assignment, student, cluster.task)
            if comment is None:
                missing.append(student)
                continue
            comment.auto_comment = text
            (kept if comment.manual_comment else written).append(student)
        book.db.commit()
    return Commented(cluster, tuple(written), tuple(kept), tuple(missing))


def find_cluster(clusters: list[Cluster], wanted: str) -> Cluster:
    """The group of that id; raises GraderError with those that there are."""
    for cluster in clusters:
        if cluster.id == wanted:
            return cluster
    there = ", ".join(f"{each.id} ({each.task})" for each in clusters[:10]) or "none"
    raise GraderError(f"There is no group {wanted!r}. The largest are: {there}.")


def find(book: Gradebook, assignment: str, student: str, task: str) -> Comment | None:
    """The gradebook's comments on a student's answer to a task."""
    try:
        submission = book.find_submission(assignment, student)
    except MissingEntry:
        return None
    for notebook in submission.notebooks:
        for comment in notebook.comments:
            if comment.name == task:
                return comment
    return None
