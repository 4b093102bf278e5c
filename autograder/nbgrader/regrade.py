"""Grade a class again after a change of tests, limits or reference: look first, then apply.

How it works: all that were graded are graded again into the folder `.regrade/<assignment>` of the
course, where unchanged tasks are kept (`grading/earlier`), and compared with what is in force.
To apply it is to write all automatic scores in one transaction of the gradebook, and then to put
the new folders in the place of the old ones. What people gave is not touched. Who is interrupted
in between applies it again: the scores are the same, and the folders that are left follow.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, SubmittedAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.course.database import open_gradebook
from autograder.course.folder import Course, submissions_at
from autograder.files import remove_folder
from autograder.model.cells import PREFIX
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.model.regrade import Regrade, compare
from autograder.nbgrader.again import Again, grade_again
from autograder.nbgrader.gradebook import nobody_graded
from autograder.nbgrader.results import read_provenances, read_results

SCRATCH = ".regrade"


@dataclass(frozen=True, slots=True)
class Regrading:
    """A class that was graded again beside what is in force."""

    course: Course
    config: Config
    scratch: Path
    again: Again
    regrade: Regrade

    @property
    def directory(self) -> CourseDirectory:
        """The course's own folders."""
        return CourseDirectory(config=self.config, root=str(self.course.root))


def regrade_class(course: Course, assignment: str, config: Config) -> Regrading:
    """Grade a class again and compare; nothing that is in force changes.

    Raises GraderError where nobody was graded yet, or nobody can be graded now.
    """
    course.source(assignment)  # raises GraderError for an unknown assignment
    directory = CourseDirectory(config=config, root=str(course.root))
    old = {
        student: read_results(folder)
        for student, folder in submissions_at(directory, directory.autograded_directory, assignment)
    }
    handed_in = dict(submissions_at(directory, directory.submitted_directory, assignment))
    if not any(old.values()):
        raise nobody_graded(assignment)
    left_out = {student: "never graded" for student in handed_in if not old.get(student)}
    left_out |= dict.fromkeys(old.keys() - handed_in.keys(), "the submission is gone")
    students = [student for student in old if student not in left_out]
    scratch = course.root / SCRATCH / assignment
    if students:
        again = grade_again(course, assignment, students, scratch, config)
    else:
        raise GraderError(f"No submission that was graded is there any more in {assignment}.")
    left_out |= again.failed | newer(directory, again, students)
    new = {s: read_results(again.folder(s)) for s in students if s not in left_out}
    changes = [compare(student, old[student], grades) for student, grades in new.items()]
    regrade = Regrade(
        assignment,
        because=tuple(reasons(directory, again, new)),
        changes=tuple(each for each in changes if each.laws or each.before != each.after),
        same=tuple(each.student for each in changes if not each.laws and each.before == each.after),
        left_out=dict(sorted(left_out.items())),
    )
    return Regrading(course, config, scratch, again, regrade)


def newer(directory: CourseDirectory, again: Again, students: Collection[str]) -> dict[str, str]:
    """Who has handed in something else since; the grade in force is of the older one."""
    told = {}
    for student in students:
        before = read_provenances(in_force(directory, student, again))
        now = read_provenances(again.folder(student))
        if any(
            name in before and before[name].submission != each.submission
            for name, each in now.items()
        ):
            told[student] = "another notebook was handed in since: nbgrader autograde grades it"
    return told


def reasons(directory: CourseDirectory, again: Again, students: Collection[str]) -> list[str]:
    """What is not as it was when the results in force were made."""
    found: dict[str, None] = {}
    for student in students:
        provenances = read_provenances(in_force(directory, student, again))
        if not provenances:
            found["some results are of an older version, which did not say how they were made"] = (
                None
            )
        for provenance in provenances.values():
            found |= dict.fromkeys(provenance.method.differences(again.method))
    return list(found)


def in_force(directory: CourseDirectory, student: str, again: Again) -> Path:
    """Where the results in force of a student lie."""
    assignment = again.directory.assignment_id
    return Path(directory.format_path(directory.autograded_directory, student, assignment))


# --- apply -------------------------------------------------------------------


def apply(regrading: Regrading, *, allow_losses: bool = False) -> tuple[list[str], list[str]]:
    """Put the new grades in force; the students who have theirs, and those who keep the old one.

    Who would lose points keeps the old grade as a whole, unless losses are allowed. Raises
    GraderError where the gradebook can't be used; nothing has changed then.
    """
    regrade = regrading.regrade
    kept = [each.student for each in regrade.changes if each.loses and not allow_losses]
    students = [each.student for each in regrade.changes if each.student not in kept]
    students = sorted([*students, *regrade.same])
    new = {student: read_results(regrading.again.folder(student)) for student in students}
    with open_gradebook(regrading.directory) as book:
        try:
            for student, grades in new.items():
                book_scores(book, regrading, student, grades)
            book.db.commit()
        except BaseException:
            book.db.rollback()
            raise
    for student in students:
        put_in_force(regrading, student)
    remove_folder(regrading.scratch)
    return students, kept


def book_scores(
    book: Gradebook, regrading: Regrading, student: str, grades: Collection[Grade]
) -> None:
    """Write a student's automatic scores, without committing them; raises GraderError."""
    earned = {f"{PREFIX}{task.task}": task.earned for grade in grades for task in grade.tasks}
    try:
        submission = book.find_submission(regrading.regrade.assignment, student)
    except MissingEntry as error:
        raise GraderError(
            f"The gradebook knows no submission of {student}, whose results are there. "
            f"Grade with: nbgrader autograde {regrading.regrade.assignment} --student={student} "
            "--force"
        ) from error
    write_scores(submission, earned)
    book.db.flush()
    book.db.expire_all()  # sums are the database's
    write_penalties(submission, student, regrading.config)


def write_scores(submission: SubmittedAssignment, earned: Mapping[str, float | None]) -> None:
    """Set the automatic scores; a person's word stays."""
    for notebook in submission.notebooks:
        for booked in notebook.grades:
            if booked.name in earned:
                score = earned[booked.name]
                booked.auto_score = score
                booked.needs_manual_grade = score is None or booked.manual_score is not None


def write_penalties(submission: SubmittedAssignment, student: str, config: Config) -> None:
    """Have the course's plugin say again what a late submission costs."""
    if submission.total_seconds_late <= 0:
        return
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    for notebook in submission.notebooks:
        seconds = submission.total_seconds_late
        penalty = step.plugin_inst.late_submission_penalty(student, notebook.score, seconds)
        if penalty is not None:
            penalty = step._check_late_penalty(notebook, penalty)
        notebook.late_submission_penalty = penalty


def put_in_force(regrading: Regrading, student: str) -> None:
    """Put a student's new folder in the place of the old one."""
    new = regrading.again.folder(student)
    place = in_force(regrading.directory, student, regrading.again)
    old = regrading.scratch / "replaced" / student
    remove_folder(old)
    old.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.move(place, old)
    shutil.move(new, place)
    remove_folder(old)
