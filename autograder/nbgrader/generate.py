"""Make the feedback pages of a class, several at a time: `nbgrader generate_feedback` runs this.

How it works: each submission takes nbgrader's own loop, by a converter of its thread. A page is
laid out in a child process (`pages.layout`), for which its thread waits.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import nbgrader.apps.api
import nbgrader.apps.generatefeedbackapp
from nbconvert.writers.files import FilesWriter
from nbgrader import converters
from nbgrader.converters import NbGraderException

from autograder.course.settings import Settings
from autograder.nbgrader.interrupt import noting_interrupts
from autograder.nbgrader.progress import show_progress


def install() -> None:
    """Have nbgrader's command and its formgrader make feedback with this class."""
    nbgrader.apps.generatefeedbackapp.GenerateFeedback = GenerateFeedback
    nbgrader.apps.api.GenerateFeedback = GenerateFeedback


class GenerateFeedback(converters.GenerateFeedback):
    """nbgrader's step, for as many students at a time as submissions are graded."""

    def convert_notebooks(self) -> None:
        """Make every page; raises NbGraderException at the end where one could not be made."""
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
                    if (error := future.exception()) is not None:
                        failed.append(futures[future])
                        self.log.debug("%s", futures[future], exc_info=error)
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
        other.log = self.log
        other.writer = FilesWriter(parent=other, config=other.config)
        other.exporter = other.exporter_class(parent=other, config=other.config)
        for step in other.preprocessors:
            other.exporter.register_preprocessor(step)
        return other

    def convert_one(self, folder: str, notebooks: list[str]) -> None:
        """nbgrader's loop over one submission."""
        self.assignments = {folder: notebooks}
        super().convert_notebooks()
