"""Grade submissions as they come: `autograder watch`.

How it works: a round takes what is new from nbgrader's exchange or from a folder, grades it,
writes feedback and puts it into the exchange, by the classes that nbgrader's own commands use here.
What nobody has finished copying waits for the next round. `arrivals` remembers what is done with,
so a round that was interrupted is completed by the next one, and nothing is graded twice.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.auth import Authenticator
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from sqlalchemy.exc import DBAPIError
from traitlets import Float, Int
from traitlets.config import Config, Configurable

from autograder.course.folder import Course, submissions_at
from autograder.model.errors import GraderError
from autograder.nbgrader.arrivals import (
    Arrivals,
    changed_at,
    digest_of_submission,
    is_settled,
    watching,
)
from autograder.nbgrader.exchange import Refused, copy_tree, shown
from autograder.nbgrader.results import read_result, result_path
from autograder.nbgrader.some import CollectSettled, GenerateSome, GradeSome, ReleaseSome

RETRY_SECONDS = 300.0  # after which a submission that could not be graded is tried again
REFRESH_SECONDS = 60.0  # after which it is asked again whether pages show as much as they may

log = logging.getLogger(__name__)
quiet = logging.getLogger(f"{__name__}.nbgrader")  # what nbgrader's own steps say
quiet.setLevel(logging.WARNING)


class Watch(Configurable):
    """The settings, `c.Watch.*` in `nbgrader_config.py`."""

    times_a_day = Int(
        0,
        min=0,
        help="How often a student gets feedback on a day; 0 for every time. What is handed in "
        "beyond that is collected, and the newest of it is graded on the next day.",
    ).tag(config=True)
    interval = Float(5.0, min=0.1, help="Seconds between two looks for submissions.").tag(
        config=True
    )


@dataclass(slots=True)
class Watcher:
    """Watches one assignment. `folder` is where submissions come from, None for the exchange."""

    course: Course
    assignment: str
    config: Config
    folder: Path | None = None
    arrivals: Arrivals = field(init=False)
    directory: CourseDirectory = field(init=False)
    settings: Watch = field(init=False)
    fresh: set[str] = field(default_factory=set)  # whose submission this round has copied
    refused: set[str] = field(default_factory=set)  # in the exchange, told already
    held_back: dict[str, str] = field(default_factory=dict)  # student: submission, told already
    tried: dict[str, tuple[str, float]] = field(default_factory=dict)  # failed: which, and when
    refreshed: float = -REFRESH_SECONDS  # when it was asked last

    def __post_init__(self) -> None:
        self.course.source(self.assignment)  # raises GraderError for an unknown assignment
        self.settings = Watch(config=self.config)
        self.arrivals = Arrivals.of(self.course.root, self.assignment)
        self.directory = CourseDirectory(config=self.config, root=str(self.course.root))
        self.directory.assignment_id = self.assignment
        if self.folder is not None and not self.folder.is_dir():
            raise GraderError(f"There is nothing to watch: {self.folder} is no folder.")

    def round(self) -> int:
        """Take, grade and give back what is new; how many submissions were done with.

        Raises GraderError where no submission can be taken or graded.
        """
        self.fresh = set()
        self.take()
        self.refresh()
        due = dict(self.due(datetime.now().astimezone()))
        if not due:
            return 0
        self.grade(due)
        done = {student: key for student, key in due.items() if self.is_graded(student, key)}
        self.give_feedback(done)
        for student, key in due.items():
            if student not in done:
                self.tried[student] = key, time.monotonic()
        return len(done)

    # --- in ---

    def take(self) -> None:
        """Copy what is new into the course folder."""
        step = self.directory.submitted_directory
        if self.folder is None:
            self.collect()
        elif self.folder.resolve() != Path(self.course.root, step).resolve():
            for path in sorted(self.folder.glob(f"*/{self.assignment}")):
                self.take_folder(path)

    def collect(self) -> None:
        """Collect from the exchange; raises GraderError where there is none."""
        collect = CollectSettled(**self.options(), authenticator=Authenticator(config=self.config))
        collect.told, collect.collected, collect.update = self.refused, self.fresh, True
        with contextlib.suppress(ExchangeError):  # each one that was refused is logged
            collect.start()
        if collect.fault:
            raise GraderError(f"The exchange can't be watched. {collect.fault}.")

    def take_folder(self, path: Path) -> None:
        """Copy one student's submission from the folder that is watched."""
        student, key = path.parent.name, digest_of_submission(path)
        if key == self.arrivals.of_student(student).taken or not is_settled(path):
            return
        target = self.submitted(student)
        part = target.with_name(f".{self.assignment}.part")
        try:
            shutil.rmtree(part, ignore_errors=True)
            odd = copy_tree(str(path), part, lambda _, names: hidden(names), None)
            shutil.rmtree(target, ignore_errors=True)
            part.rename(target)
        except (Refused, OSError) as error:
            odd = [str(error)]
        if odd:
            log.error("%s: not copied, or not as a whole: %s", shown(student), ", ".join(odd))
        self.fresh.add(student)
        self.arrivals.note_taken(student, key)
        self.arrivals.save()

    # --- what is due ---

    def due(self, now: datetime) -> Iterator[tuple[str, str]]:
        """The students whose submission is new, with its digest."""
        step, most = self.directory.submitted_directory, self.settings.times_a_day
        for student, folder in submissions_at(self.directory, step, self.assignment):
            key = digest_of_submission(folder)
            if key == self.arrivals.of_student(student).done:
                continue
            if student not in self.fresh and not is_settled(folder):
                continue
            tried, when = self.tried.get(student, ("", 0.0))
            if tried == key and time.monotonic() - when < RETRY_SECONDS:
                continue
            if most and len(self.arrivals.today(student, now)) >= most:
                self.tell_held_back(student, key, now)
                continue
            yield student, key

    def tell_held_back(self, student: str, key: str, now: datetime) -> None:
        """Say once that a submission waits for the next day."""
        if self.held_back.get(student) != key:
            self.held_back[student] = key
            log.info(
                "%s: feedback given %d times today; the newest submission waits until %s",
                shown(student),
                self.settings.times_a_day,
                (now + timedelta(days=1)).date(),
            )

    # --- out ---

    def grade(self, due: dict[str, str]) -> None:
        """Grade these submissions; raises GraderError where nobody can be graded."""
        log.info("new: %s", ", ".join(map(shown, due)))
        grader = GradeSome(**self.options())
        grader.create_student = True
        grader.wanted = due
        grader.changed = {student for student in due if self.has_changed(student)}
        try:
            grader.start()
        except SystemExit as error:
            raise GraderError(f"{self.assignment} can't be graded now.") from error
        except NbGraderException:  # some wait for a person: each is logged
            pass

    def has_changed(self, student: str) -> bool:
        """Whether a submission is younger than its result, or another one than was done with."""
        known = self.arrivals.of_student(student).done
        result = result_path(self.graded(student), self.assignment)
        changed = changed_at(self.submitted(student))
        return bool(known) or (result.exists() and changed > result.stat().st_mtime)

    def is_graded(self, student: str, key: str) -> bool:
        """Whether there is a result of this submission now, which is told."""
        grade = read_result(self.graded(student), self.assignment)
        if grade is None or digest_of_submission(self.submitted(student)) != key:
            log.error("%s: not graded, and tried again later", shown(student))
            return False
        earned = "?" if grade.earned is None else f"{grade.earned:g}"
        log.info("%s: %s of %g points", shown(student), earned, grade.points)
        return True

    def give_feedback(self, done: dict[str, str]) -> None:
        """Write the pages of these students, and release them where there is an exchange."""
        if not done:
            return
        self.make_pages(done)
        now = datetime.now().astimezone()
        for student, key in done.items():
            self.arrivals.note_feedback(student, key, now)
        self.arrivals.save()

    def refresh(self) -> None:
        """Make pages again that may show more by now; raises GraderError for a bad setting."""
        if time.monotonic() - self.refreshed < REFRESH_SECONDS:
            return
        outdated = GenerateSome(**self.options()).outdated(self.arrivals.students)
        self.refreshed = time.monotonic()
        if outdated:
            log.info("shown by now: more or less than before, to %d students", len(outdated))
            self.make_pages(outdated)

    def make_pages(self, students: Collection[str]) -> None:
        """Write pages, and release them where there is an exchange."""
        generate = GenerateSome(**self.options())
        generate.wanted, generate.force = students, True
        with contextlib.suppress(NbGraderException, SystemExit):  # each one is logged
            generate.start()
        if self.folder is None:
            self.release(students)

    def release(self, students: Collection[str]) -> None:
        """Put the pages into the exchange; who can't get one that way is logged."""
        release = ReleaseSome(**self.options(), authenticator=Authenticator(config=self.config))
        release.wanted = students
        with contextlib.suppress(ExchangeError):
            release.start()

    # --- where things lie ---

    def submitted(self, student: str) -> Path:
        """Where a student's submission lies."""
        return self.folder_of(self.directory.submitted_directory, student)

    def graded(self, student: str) -> Path:
        """Where a student's graded notebook lies."""
        return self.folder_of(self.directory.autograded_directory, student)

    def folder_of(self, step: str, student: str) -> Path:
        """A student's folder at one of nbgrader's steps."""
        return Path(self.directory.format_path(step, student, self.assignment))

    def options(self) -> dict[str, Any]:
        """What nbgrader's classes are made with."""
        return {"coursedir": self.directory, "config": self.config, "log": quiet}


def watch(watcher: Watcher, stop: threading.Event, *, once: bool = False) -> None:
    """Go from round to round until `stop` is set; raises GraderError where another one watches.

    A round that fails is told, and the next one tries again; with `once` it raises.
    """
    with watching(watcher.course.root, watcher.assignment):
        if not once:
            log.info("watching %s in %s", watcher.assignment, watcher.folder or "the exchange")
        told = ""
        while not stop.is_set():
            try:
                done, trouble = watcher.round(), ""
            except (GraderError, DBAPIError, OSError) as error:
                if once:
                    raise
                done, trouble = 0, str(error)
            if trouble and trouble != told:
                log.error("%s Trying again every %g seconds.", trouble, watcher.settings.interval)
            told = trouble
            if once:
                log.info("%d submissions graded", done)
                return
            stop.wait(watcher.settings.interval)


def hidden(names: list[str]) -> list[str]:
    """The names that begin with a dot: what programs leave behind."""
    return [name for name in names if name.startswith(".")]
