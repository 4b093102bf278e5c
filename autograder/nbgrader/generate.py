"""Make the feedback pages of a class, several at a time: `nbgrader generate_feedback` runs this.

How it works: each submission takes nbgrader's own loop, by a converter of its thread. A page is
laid out in a child process (`pages.layout`), for which its thread waits. A page whose student may
see more (or less) by now than when it was made is made again, without `--force`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbgrader.apps.api
import nbgrader.apps.generatefeedbackapp
from nbconvert.writers.files import FilesWriter
from nbgrader import converters
from nbgrader.converters import NbGraderException
from traitlets import Dict, Instance

from autograder.course.settings import Settings
from autograder.files import remove_folder
from autograder.model.errors import GraderError
from autograder.nbgrader.feedback import VERDICTS
from autograder.nbgrader.interrupt import noting_interrupts
from autograder.nbgrader.progress import show_progress
from autograder.nbgrader.results import read_result
from autograder.nbgrader.shown import Shown, read_shown


def install() -> None:
    """Have nbgrader's command and its formgrader make feedback with this class."""
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = GenerateFeedback
    nbgrader.apps.api.GenerateFeedback = GenerateFeedback


class GenerateFeedback(converters.GenerateFeedback):
    """nbgrader's step, for as many students at a time as submissions are graded."""

    reveal = Dict(
        help="How much of the verdicts students are shown: 'points', 'laws' (which hold), 'calls' "
        "(and the call that breaks one, with a hint) or 'all' (and what was expected). Keys are "
        "'*', 'assignment', 'assignment/task' or 'assignment/task/test'; a value is a level, or "
        "a dict from 'start', 'due' or a date to levels. {'*': {'start': 'calls', 'due': 'all'}} "
        "is what holds where nothing is set; without a due date that is 'all'.",
    ).tag(config=True)

    shown = Instance(Shown, allow_none=True)  # while pages are made

    def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
        """nbgrader's, with the verdicts as far as they are shown."""
        resources: dict[str, Any] = super().init_single_notebook_resources(notebook_filename)
        about = resources["nbgrader"]
        grade = read_result(Path(notebook_filename).parent, about["notebook"])
        assert self.shown is not None
        resources[VERDICTS] = self.shown.verdicts(about["student"], grade)
        return resources

    def read_shown(self) -> None:
        """Learn what students are shown by now; raises GraderError."""
        self.shown = read_shown(self.coursedir, self.reveal, self.config)

    def outdated(self, students: Iterable[str]) -> list[str]:
        """Those of the students whose pages show another level than holds now; GraderError."""
        self.read_shown()
        step, assignment = self._output_directory, self.coursedir.assignment_id
        folders = {
            each: Path(self.coursedir.format_path(step, each, assignment)) for each in students
        }
        return [each for each, folder in folders.items() if self.is_outdated(each, folder)]

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether a page is to be made; also where another level of it holds by now."""
        folder = Path(self._format_dest(assignment_id, student_id))
        if self.is_outdated(student_id, folder):
            self.log.info("More or less of %s is shown by now: made again", folder)
            remove_folder(folder)
        return bool(super().init_destination(assignment_id, student_id))

    def is_outdated(self, student: str, folder: Path) -> bool:
        """Whether a student's pages were made before the level changed that holds now."""
        assert self.shown is not None
        made = [datetime.fromtimestamp(page.stat().st_mtime, UTC) for page in folder.glob("*.html")]
        return bool(made) and self.shown.is_outdated(student, min(made))

    def convert_notebooks(self) -> None:
        """Make every page; raises NbGraderException at the end where one could not be made.

        Raises SystemExit where a setting or the gradebook can't be used.
        """
        try:
            self.read_shown()
        except GraderError as error:
            self.log.error("There is no feedback on %s: %s", self.coursedir.assignment_id, error)
            raise SystemExit(2) from error
        folders = sorted(self.assignments)
        failed: list[str] = []
        local = threading.local()  # the converter of a thread

        def convert(folder: str) -> None:
            if not hasattr(local, "converter"):
                local.converter = self.another()
            local.converter.convert_one(folder, self.assignments[folder])

        with (
            noting_interrupts() as check,
            show_progress(self.log, len(folders), failed) as done,
            ThreadPoolExecutor(Settings.of(self.config).processes) as threads,
        ):
            futures = {threads.submit(convert, folder): folder for folder in folders}
            try:
                for future in as_completed(futures):
                    if (broken := future.exception()) is not None:
                        failed.append(futures[future])
                        self.log.debug("%s", futures[future], exc_info=broken)
                    done()
                    check()
            except BaseException:  # an interrupt: the pages that are being made are finished
                threads.shutdown(wait=False, cancel_futures=True)
                raise
        for folder in sorted(failed):
            self.log.error("There is no feedback page for %s", folder)
        if failed:
            raise NbGraderException(f"{len(failed)} feedback pages were not made")

    def another(self) -> GenerateFeedback:
        """A converter with the same settings and an exporter of its own."""
        other = type(self)(coursedir=self.coursedir, parent=self.parent)
        for name in self.trait_names(config=True):
            setattr(other, name, getattr(self, name))
        other.log, other.shown = self.log, self.shown
        other.writer = FilesWriter(parent=other, config=other.config)
        other.exporter = other.exporter_class(parent=other, config=other.config)
        for step in other.preprocessors:
            other.exporter.register_preprocessor(step)
        return other

    def convert_one(self, folder: str, notebooks: list[str]) -> None:
        """nbgrader's loop over one submission."""
        self.assignments = {folder: notebooks}
        super().convert_notebooks()
