"""Grade submissions again in a scratch folder, beside the results and gradebook in force.

How it works: the whole way of `nbgrader autograde` is taken (`nbgrader/autograde`), with another
folder for what it makes and another gradebook. What comes out is therefore what grading would
make, byte for byte, and nothing that is in force has changed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.course.folder import Course
from autograder.model.errors import GraderError
from autograder.model.grade import Grade
from autograder.model.provenance import Method
from autograder.nbgrader.autograde import Autograde
from autograder.nbgrader.results import read_grades
from autograder.nbgrader.some import SomeStudents

quiet = logging.getLogger(__name__)
quiet.propagate = False  # what matters of it is told by who asked


class GradeAgain(SomeStudents, Autograde):
    """nbgrader's step, into a scratch folder."""

    in_force: CourseDirectory

    def earlier_grades(self, assignment_id: str, student_id: str) -> dict[str, Grade]:
        """Those of an earlier run in the scratch folder, or those in force."""
        earlier = super().earlier_grades(assignment_id, student_id)
        step = self.in_force.autograded_directory
        folder = Path(self.in_force.format_path(step, student_id, assignment_id))
        return read_grades(folder, self.notebooks) | earlier

    def waiting(self) -> dict[str, str]:
        """Nobody: who asked compares the results."""
        return {}


@dataclass(frozen=True, slots=True)
class Again:
    """What came of it: where the results lie, how they were made, and who has none, and why."""

    directory: CourseDirectory
    method: Method
    failed: dict[str, str]

    def folder(self, student: str) -> Path:
        """Where a student's new results lie."""
        step, assignment = self.directory.autograded_directory, self.directory.assignment_id
        return Path(self.directory.format_path(step, student, assignment))


def grade_again(
    course: Course, assignment: str, students: Collection[str], scratch: Path, config: Config
) -> Again:
    """Grade some students' submissions into the folder `scratch`.

    Raises GraderError where nobody's can be graded.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    directory = CourseDirectory(config=config, root=str(course.root))
    directory.assignment_id = assignment
    directory.autograded_directory = str(scratch / "autograded")
    directory.db_url = f"sqlite:///{scratch / 'gradebook.db'}"
    grader = GradeAgain(coursedir=directory, config=config, log=quiet)
    grader.in_force = CourseDirectory(config=config, root=str(course.root))
    grader.wanted, grader.force = students, True
    said: list[str] = []
    handler = Keeping(said)
    quiet.addHandler(handler)
    try:
        grader.start()
    except NbGraderException as error:  # some were not graded
        if not grader.failed:
            raise GraderError(str(error)) from error
    except SystemExit as error:
        why = said[-1] if said else f"{assignment} can't be graded."
        raise GraderError(why) from error
    finally:
        quiet.removeHandler(handler)
    return Again(directory, grader.method, dict(grader.failed))


class Keeping(logging.Handler):
    """Keeps the errors that are logged."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message."""
        self.said.append(record.getMessage())
