"""Grade a class with `nbgrader autograde`, whatever was handed in and whatever breaks.

How it works: nbgrader's own step copies every file of a submission, stops the class at some
errors, and keeps an old score where a new grading failed. This class takes its place (`install`,
called by `nbgrader_config.py`):

- of a submission's folder only the notebook is read, in a subprocess (`grading.intake`);
- before a submission is graded, the scores of its last grading are forgotten: they are None, which
  waits for a person, until the new ones are there;
- the result file is written last and atomically. A folder without it is one whose grading was
  interrupted, and the next run grades it again;
- an error costs the submission that it met. The others are graded, and the command ends with a
  list of what was not;
- an assignment that the gradebook does not know yet, as in a fresh clone of the course, is entered
  first, by `course.draft`.

The exit status is 0 where every submission is graded, 1 where one waits for a person (an earlier
run's as well; free text, which people grade anyway, does not count), and 2 where nothing could be
graded at all.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import nbformat
import nbgrader.apps.api
import nbgrader.apps.autogradeapp
from nbconvert.exporters import Exporter, NotebookExporter
from nbgrader import converters
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import setenv
from sqlalchemy.exc import DBAPIError, SAWarning
from traitlets import Type

from autograder.course.settings import Settings
from autograder.files import remove_folder
from autograder.grading.earlier import describe_kept
from autograder.grading.intake import ReadResult
from autograder.model.cells import KEY, read_notebook
from autograder.model.errors import ClusterLost, GraderError
from autograder.model.grade import Grade
from autograder.model.provenance import Method
from autograder.model.remarks import write_noticed
from autograder.nbgrader.gradebook import forget_scores, ungraded_tests
from autograder.nbgrader.interleave import Work, interleave
from autograder.nbgrader.interrupt import noting_interrupts
from autograder.nbgrader.preprocessors import GRADED, Graded, Resources, submission_in
from autograder.nbgrader.progress import show_progress
from autograder.nbgrader.provenance import method_of, provenance_of
from autograder.nbgrader.receipts import CopyReceipt, Timestamps, submitted_at
from autograder.nbgrader.results import has_result, read_grades, write_result
from autograder.nbgrader.submitted import SubmittedFolders
from autograder.pool.pool import GradingPool
from autograder.submission.receipt import read_receipt

IN_FLIGHT = 2  # submissions for each one that is graded: another is read or recorded


def install() -> None:
    """Have nbgrader's command and its formgrader grade with this class.

    nbgrader has a setting for every step of grading, but none for what strings
    them together: it names its class in these two places.
    """
    nbgrader.apps.autogradeapp.Autograde = Autograde
    nbgrader.apps.api.Autograde = Autograde
    nbgrader.apps.api.NbGraderAPI.get_submitted_timestamp = submitted_at
    # nbgrader adds a submission's parts in an order that SQLAlchemy warns of, and that staff can
    # do nothing about; all of them arrive
    warnings.filterwarnings("ignore", "Object of type", SAWarning, r"nbgrader\.api")


class Waiting(NbGraderException):
    """A submission was not graded as a whole, and a person has to look."""


class ReadSubmission(NotebookExporter):
    """nbconvert's notebook exporter, for submissions that were read and restored in a child."""

    def from_filename(
        self, filename: str, resources: Resources | None = None, **named: Any
    ) -> tuple[Any, Any]:
        converter = self.parent
        if not isinstance(converter, Autograde) or not converter._sanitizing:
            return super().from_filename(filename, resources=cast(Any, resources), **named)
        path = Path(filename)
        result = converter.reads.pop(filename)
        notebook = read_notebook(result.notebook, name=filename)
        remarks = *result.noticed.remarks, *read_receipt(path.parent).remarks
        write_noticed(notebook, replace(result.noticed, remarks=remarks))
        return self.from_notebook_node(notebook, cast(Any, resources))


class Autograde(SubmittedFolders, CopyReceipt):
    """nbgrader's step, for submissions that may be hostile, odd or gone."""

    exporter_class = Type(ReadSubmission, klass=Exporter).tag(config=True)

    def __init__(self, coursedir: CourseDirectory | None = None, **named: Any) -> None:
        if coursedir is not None:
            settings = {name: getattr(coursedir, name) for name in coursedir.traits(config=True)}
            coursedir = Timestamps(parent=coursedir.parent, **settings)
        super().__init__(coursedir=coursedir, **named)
        self.failed: dict[str, str] = {}  # student: why the grader could not grade
        self.reads: dict[str, ReadResult] = {}  # by the path of a submitted notebook
        self.graded: dict[str, Graded] = {}  # by the path of a restored notebook
        self.digests: dict[str, str] = {}  # of files that were handed in, by the same path
        self.method = Method()

    def start(self) -> None:
        """Grade; raises Waiting where a person has to look, SystemExit where nothing works."""
        try:
            super().start()
        except Waiting:
            raise
        except (NbGraderException, GraderError, DBAPIError) as error:
            self.log.error("%s can't be graded: %s", self.coursedir.assignment_id, cause_of(error))
            raise SystemExit(2) from error

    # --- the submissions, several at a time ---

    def convert_notebooks(self) -> None:
        """Grade every submission; raises Waiting at the end where a person has to look."""
        settings = Settings.of(self.config)
        course, assignment = Path(self.coursedir.root), self.coursedir.assignment_id
        self.method = method_of(course, assignment, settings)
        with (
            GradingPool(course, assignment, settings, expected=len(self.assignments)) as pool,
            noting_interrupts() as check,
            show_progress(self.log, len(self.assignments), self.failed) as done,
        ):
            if settings.scheduler:
                self.log.info("graded by %s, %d at a time", settings.scheduler, pool.width)
            works = (self.try_steps(each, pool) for each in self.assignments)
            interleave(
                works, at_most=lambda: IN_FLIGHT * pool.width, done=lambda: (done(), check())
            )
        waiting = self.waiting() | self.failed
        for student, cause in sorted(waiting.items()):
            self.log.error("%s was not graded: %s", student, cause)
        if waiting:
            raise Waiting(f"{len(waiting)} submissions were not graded")

    def try_steps(self, folder: str, pool: GradingPool) -> Work:
        """The steps of one submission; an error costs this one.

        Raises ClusterLost where none that follows can be graded.
        """
        student = self.student_of(folder)
        try:
            yield from self.steps(student, self.assignments[folder], pool)
        except ClusterLost:
            raise
        except Exception as error:
            self.log.debug("%s", student, exc_info=True)
            self.failed[student] = cause_of(error)

    def waiting(self) -> dict[str, str]:
        """The students whose tests no one has graded, after this run or an earlier one."""
        students = set(map(self.student_of, self.assignments)) - self.excluded()
        ungraded = ungraded_tests(self.coursedir, self.coursedir.assignment_id)
        return {
            student: f"a person has to look at {', '.join(tests)}"
            for student, tests in ungraded.items()
            if student in students
        }

    def steps(self, student: str, notebooks: Sequence[str], pool: GradingPool) -> Work:
        """What nbgrader does with a submission, in its order; what fails leaves nothing."""
        assignment = self.coursedir.assignment_id
        self.notebooks = [*notebooks]
        earlier = self.earlier_grades(assignment, student) if pool.settings.reuse else {}
        if not self.init_destination(assignment, student):
            return
        try:
            self.run_pre_convert_hook()
            self.init_assignment(assignment, student)
            known = [*self.notebooks]  # of which the gradebook knows
            for path in known:
                yield (reading := pool.read(self.read_job(Path(path))))
                self.reads[path] = reading.result()
                self.convert_step(path, sanitizing=True)
                restored = os.path.join(self.writer.build_directory, os.path.basename(path))
                self.digests[restored] = reading.result().digest
                submission = submission_in(nbformat.read(restored, as_version=4))
                yield (grading := pool.grade(submission, earlier.get(path)))
                self.graded[restored] = submission, grading.result()
                if kept := describe_kept(grading.result().grade, earlier.get(path)):
                    self.log.info("%s: %s", student, kept)
                self.convert_step(restored, sanitizing=False)
            self.notebooks = known
            self.set_permissions(assignment, student)
            self.run_post_convert_hook()
        except BaseException:  # an interrupt by the keyboard as well
            self.discard(student, notebooks)
            raise

    def convert_step(self, path: str, *, sanitizing: bool) -> None:
        """One of the two steps of nbgrader's own `convert_single_notebook`."""
        self.log.info("%s %s", "Sanitizing" if sanitizing else "Autograding", path)
        self._sanitizing = sanitizing
        try:
            self._init_preprocessors()
            with setenv(NBGRADER_EXECUTION="autograde"):
                super(converters.Autograde, self).convert_single_notebook(path)
        finally:
            self._sanitizing = True  # it also says in which folder submissions lie

    def init_single_notebook_resources(self, notebook_filename: str) -> Resources:
        """nbgrader's resources, and the grade where there is one."""
        resources: Resources = super().init_single_notebook_resources(notebook_filename)
        resources[GRADED] = self.graded.pop(notebook_filename, None)
        return resources

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Make room for a new grading, unless there is one that still holds."""
        if student_id in self.excluded():
            return False
        folder = Path(self._format_dest(assignment_id, student_id))
        if not self.force and self.holds(assignment_id, student_id):
            self.log.info(
                "%s: graded already, and nothing newer was handed in (--force grades again)",
                student_id,
            )
            return False
        # first the scores: where that fails, the old grading stays as a whole
        self.forget_scores(assignment_id, student_id)
        remove_folder(folder)
        return True

    def earlier_grades(self, assignment_id: str, student_id: str) -> dict[str, Grade]:
        """The grades of an earlier run, by the path of the notebook that was handed in."""
        folder = Path(self._format_dest(assignment_id, student_id))
        return read_grades(folder, self.notebooks)

    def holds(self, assignment_id: str, student_id: str) -> bool:
        """Whether a submission was graded to the end, and is the newest."""
        folder = Path(self._format_dest(assignment_id, student_id))
        if not all(has_result(folder, Path(path).stem) for path in self.notebooks):
            return False
        new = self.coursedir.get_existing_timestamp(self._format_source(assignment_id, student_id))
        old = self.coursedir.get_existing_timestamp(str(folder))
        return not (new is not None and old is not None and new > old)

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Make the entries in the gradebook, without a score."""
        super().init_assignment(assignment_id, student_id)
        # nbgrader has just given 0 points where the notebook has an unexpected name
        self.forget_scores(assignment_id, student_id)

    def forget_scores(self, assignment_id: str, student_id: str) -> None:
        """Have every automatic score wait for a person; what people gave stays."""
        names = [Path(path).stem for path in self.notebooks]
        forget_scores(self.coursedir, assignment_id, student_id, names)

    def write_single_notebook(self, output: str, resources: Resources) -> None:
        """Write the notebook and, where it has been graded, the result file behind it."""
        super().write_single_notebook(output, resources)
        graded = resources.get(KEY)
        if not isinstance(graded, Grade):
            return
        folder, name = Path(self.writer.build_directory), resources["unique_key"]
        student = resources["nbgrader"]["student"]
        source = Path(self._format_source(graded.assignment, student))
        digest = self.digests.pop(str(folder / f"{name}.ipynb"), "")
        provenance = provenance_of(student, name, source, digest, self.method)
        write_result(folder, name, graded, provenance)
        causes = [f"{task.task}: {task.cause}" for task in graded.tasks if task.cause]
        if causes:
            self.failed[student] = causes[0]

    def discard(self, student: str, notebooks: Sequence[str]) -> None:
        """Leave nothing of a grading that failed, neither files nor scores."""
        assignment = self.coursedir.assignment_id
        self.notebooks = [*notebooks]
        for undo in (
            lambda: self.forget_scores(assignment, student),
            lambda: remove_folder(Path(self._format_dest(assignment, student))),
        ):
            try:
                undo()
            except Exception as error:
                self.log.error("%s: what is left may be older: %s", student, cause_of(error))


def cause_of(error: Exception) -> str:
    """What went wrong, for staff."""
    if isinstance(error, DBAPIError):
        return f"the gradebook can't be used: {error.orig}"
    if isinstance(error, GraderError | NbGraderException) and str(error):
        return str(error)
    return f"{type(error).__name__}: {error}"
