"""Find what there is to grade: the folders of an assignment's submissions."""

from __future__ import annotations

import os
import re
from fnmatch import fnmatch
from pathlib import Path

from nbgrader import converters
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory

from autograder.course.draft import enter_assignment, is_known
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.grading.intake import ReadJob
from autograder.model.errors import GraderError
from autograder.submission.read import SUFFIX


class SubmittedFolders(converters.Autograde):
    """nbgrader's step, which takes a folder for a submission, whatever is in it."""

    def init_notebooks(self) -> None:
        """A submission is a folder; which file in it is the notebook, `submission.read` decides."""
        assignment, student = self.coursedir.assignment_id, self.coursedir.student_id
        wanted = [
            path.name
            for path in sorted(self.source_folder().glob("*" + SUFFIX))
            if fnmatch(path.stem, self.coursedir.notebook_id)
        ]
        pattern = Path(self.coursedir.format_path(self._input_directory, student, assignment))
        root = Path(self.coursedir.root)
        folders = sorted(map(str, root.glob(str(pattern.relative_to(root)))))
        self.assignments = {
            folder: [os.path.join(folder, name) for name in wanted] for folder in folders
        }
        if not wanted:
            raise NbGraderException(f"There is no notebook to grade in {self.source_folder()}.")
        if not folders:
            super().init_notebooks()  # it says what it looked for, and what there is instead
        self.know_assignment()

    def know_assignment(self) -> None:
        """Enter the assignment if the gradebook does not know it; raises GraderError on failure."""
        course, where = self.coursedir, Course.at(Path(self.coursedir.root))
        if is_known(course, course.assignment_id):
            return
        self.log.warning("%s is new to the gradebook and is entered", course.assignment_id)
        # only what the command changed: what other users see of a process must hold no password
        usual = CourseDirectory(config=where.config(), root=str(where.root))
        options = [
            f"--CourseDirectory.{name}={getattr(course, name)}"
            for name in ("db_url", "course_id")
            if getattr(course, name) != getattr(usual, name)
        ]
        enter_assignment(where, course.assignment_id, *options)

    def source_folder(self) -> Path:
        """Where the instructor's notebooks of the assignment lie."""
        step = self.coursedir.source_directory
        return Path(self.coursedir.format_path(step, ".", self.coursedir.assignment_id))

    def read_job(self, path: Path) -> ReadJob:
        """What is to be read where a notebook of that path was asked for."""
        source = self.source_folder() / path.name
        try:
            text = source.read_text(encoding="utf-8")
        except OSError as error:
            raise GraderError(f"The source notebook {source} can't be read: {error}.") from error
        usual = tuple(entry.name for entry in source.parent.iterdir())
        limits = Settings.of(self.config).limits
        return ReadJob(str(path.parent), text, path.stem, usual, limits)

    def excluded(self) -> set[str]:
        """The students whom `CourseDirectory.student_id_exclude` leaves out."""
        return set(self.coursedir.student_id_exclude.split(","))

    def student_of(self, folder: str) -> str:
        """The student whose submission lies in a folder."""
        pattern = self._format_source("(?P<assignment_id>.*)", "(?P<student_id>.*)", escape=True)
        found = re.fullmatch(pattern, folder, re.DOTALL)
        return found["student_id"] if found else folder
