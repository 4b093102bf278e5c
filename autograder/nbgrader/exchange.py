"""Take submissions from nbgrader's exchange and put feedback there, a student at a time.

How it works: `c.ExchangeFactory` names these classes. nbgrader's own classes stop for
everybody at the first odd submission, and trust what a student's folder says.

- What lies in `inbound` was made by students, by hand if they like. No link is followed:
  staff may read the solution, everybody's submissions and secrets. File modes are not taken
  over. Whoever has an account hands in for nobody else who has one.
- A page of feedback is named by a hash of the submission's secret: who knows the secret reads
  it. Without a secret there is no name. Where two students handed in the same one, neither
  page is released, since each would take the other's place.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect, ExchangeList, ExchangeReleaseFeedback
from nbgrader.utils import ignore_patterns, notebook_hash

from autograder.course.folder import submissions_at
from autograder.files import write_atomically
from autograder.submission.receipt import TIMESTAMP, open_regular, parse_time, read_receipt

LONGEST_NAME = 120


class Refused(Exception):
    """A submission or a page that is left where it is, and why."""


class Collect(ExchangeCollect):
    """Copy the newest submission of each student from the exchange into the course folder."""

    src_records: list[dict[str, Any]]

    def init_src(self) -> None:
        """Find the newest submission of each student among those that can be collected."""
        self.failed: dict[str, str] = {}  # the name of a folder in `inbound`: what is wrong
        super().init_src()
        self.src_records = [
            each for each in self.src_records if each["filename"] not in self.failed
        ]

    def _path_to_record(self, path: str) -> dict[str, Any]:
        """Who handed in a folder and when; one that is refused counts as older than any other."""
        name = os.path.basename(path)
        student, time = name, datetime.min
        try:
            student, written = parse_name(name, self.coursedir.assignment_id)
            check_folder(os.lstat(path), student if self.check_owner else None)
            time = parse_time(written)
        except (Refused, OSError, ValueError) as error:
            self.failed[name] = str(error)
        return {"username": student, "filename": name, "timestamp": time}

    def copy_files(self) -> None:
        """Copy them; raises ExchangeError at the end where something was left."""
        super().copy_files()
        for name, cause in self.failed.items():
            self.log.error("%s is not collected, or not as a whole: %s", shown(name), cause)
        if self.failed:
            raise ExchangeError(f"{len(self.failed)} submissions were not collected as they are")

    def do_copy(self, src: str, dest: str, log: object = None) -> None:
        """Copy one submission; what goes wrong concerns this one alone."""
        del log
        name = os.path.basename(src)
        student, written = parse_name(name, self.coursedir.assignment_id)
        try:
            if (size := self.get_size(src)) > (most := 1000 * self.coursedir.max_dir_size):
                raise Refused(f"it has {size} bytes, and {most} are allowed")
            odd = copy_tree(
                src, Path(dest), self.left_out(src), student if self.check_owner else None
            )
            # the time in the name is the one that was compared
            (Path(dest) / TIMESTAMP).write_text(written, encoding="utf-8")
            self.share(dest)
        except (Refused, OSError, RecursionError) as error:
            self.failed[name] = str(error)
            return
        if odd:
            self.failed[name] = f"{', '.join(odd)}: a link, unreadable, or no regular file"

    def left_out(self, source: str) -> Callable[[str, list[str]], list[str]]:
        """What nbgrader's settings leave out, and the student's timestamp."""
        ignored: Callable[[str, list[str]], list[str]] = ignore_patterns(
            exclude=self.coursedir.ignore,
            include=self.coursedir.include,
            max_file_size=self.coursedir.max_file_size,
            log=self.log,
        )
        return lambda folder, names: [
            *ignored(folder, names),
            *([TIMESTAMP] if folder == source else []),
        ]

    def share(self, folder: str) -> None:
        """Let the group write, where nbgrader's setting says so."""
        if self.coursedir.groupshared:
            for here, _, files in os.walk(folder):
                mode = os.stat(here).st_mode | 0o2770  # as nbgrader's own
                os.chmod(here, mode)
                for name in files:
                    os.chmod(os.path.join(here, name), 0o664)


class List(ExchangeList):
    """What lies in the exchange; of `inbound` only what looks like nbgrader's work is opened."""

    assignments: list[str]

    def init_dest(self) -> None:
        """Find the assignments or submissions to list."""
        super().init_dest()
        if not self.inbound or self.remove:
            return
        fine = []
        for path in self.assignments:
            problems = (
                ["it is a link"] if os.path.islink(path) else read_receipt(Path(path)).remarks
            )
            for problem in problems:
                self.log.warning("%s: %s", shown(os.path.basename(path)), problem)
            fine += [] if problems else [path]
        self.assignments = fine


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Put each student's pages into the exchange, under names that only the student can tell."""

    def copy_files(self) -> None:
        """Release every page; raises ExchangeError at the end where one could not be."""
        course = self.coursedir
        handed_in = submissions_at(course, course.feedback_directory, course.assignment_id)
        owners = self.owners()
        pages = [
            (student, page)
            for student, folder in handed_in
            for page in sorted(folder.glob("*.html"))
            if self.is_wanted(student)
        ]
        if not pages:
            self.fail(
                f"There is no feedback of {course.assignment_id}. "
                f"Make it with: nbgrader generate_feedback {course.assignment_id}"
            )
        failed = {}
        for student, page in pages:
            try:
                self.release(page, student, owners)
            except (Refused, OSError) as error:
                failed[student] = str(error)
        for student, cause in failed.items():
            self.log.error("%s gets no feedback by the exchange: %s", shown(student), cause)
        if failed:
            raise ExchangeError(f"the feedback of {len(failed)} students was not released")

    def is_wanted(self, student: str) -> bool:
        """Whether a student's page is to be released."""
        course = self.coursedir
        left_out = course.student_id_exclude.split(",")
        return fnmatch(student, course.student_id or "*") and student not in left_out

    def release(self, page: Path, student: str, owners: dict[str, set[str]]) -> None:
        """Put one page into the exchange; raises Refused where it has no name of its own."""
        secret = read_receipt(page.parent).secret
        if secret is None:
            raise Refused(
                "no secret came with the submission, so the page has no name. "
                f"Hand it over in another way: {page}"
            )
        if others := owners[secret] - {student}:
            raise Refused(
                f"{listed(others)} handed in the same secret, and each would read the page "
                f"of the other. Find out why, and hand it over in another way: {page}"
            )
        name = notebook_hash(secret=secret, notebook_id=page.stem)
        target = Path(self.dest_path) / f"{name}.html"
        write_atomically(target, page.read_bytes())
        target.chmod(0o644)
        self.log.info("Released the feedback of %s on %s", shown(student), page.stem)

    def owners(self) -> dict[str, set[str]]:
        """The students by the secrets that they handed in, with any assignment."""
        course, owners = self.coursedir, defaultdict[str, set[str]](set)
        for step in (
            course.submitted_directory,
            course.autograded_directory,
            course.feedback_directory,
        ):
            for student, folder in submissions_at(course, step):
                if (secret := read_receipt(folder).secret) is not None:
                    owners[secret].add(student)
        return owners


def parse_name(name: str, assignment: str) -> tuple[str, str]:
    """The student and the time that a folder in `inbound` names; raises Refused for another."""
    student, found, time, *_ = [*name.rsplit("+", 3), "", "", ""]
    if found != assignment or student in ("", ".", ".."):
        raise Refused("its name says no student, assignment and time")
    return student, time


def check_folder(about: os.stat_result, student: str | None) -> None:
    """Raises Refused unless it is a folder that the student, or whoever collects, has made."""
    if not stat.S_ISDIR(about.st_mode):
        raise Refused("it is no folder")
    if student is None:
        return
    try:
        account = pwd.getpwnam(student).pw_uid
    except KeyError:  # students are not known to this machine: nbgrader warns
        return
    if about.st_uid not in (account, os.getuid()):
        raise Refused(
            f"it says {student}, but belongs to user {about.st_uid}. Where accounts do not tell "
            "students: c.ExchangeCollect.check_owner = False"
        )


def copy_tree(
    source: str, target: Path, left_out: Callable[[str, list[str]], list[str]], student: str | None
) -> list[str]:
    """Copy a submission's regular files without their modes; what could not be copied.

    The student may change the folder at the same time: everything is opened by descriptors,
    and a link that takes the place of a folder or a file is never followed.
    """
    odd: list[str] = []

    def note(error: OSError) -> None:
        odd.append(shown(os.path.relpath(str(error.filename), source)))

    for folder, folders, files, here in os.fwalk(source, onerror=note, follow_symlinks=False):
        if folder == source:
            check_folder(os.fstat(here), student)
        ignored = set(left_out(folder, [*folders, *files]))
        below = os.path.relpath(folder, source)
        links = {name for name in folders if is_link(name, here)} - ignored
        odd += (shown(os.path.normpath(os.path.join(below, name))) for name in sorted(links))
        folders[:] = [name for name in folders if name not in ignored | links]
        (target / below).mkdir(parents=True, exist_ok=True)
        for name in sorted(set(files) - ignored):
            try:
                copy_file(name, here, target / below / name)
            except OSError:
                odd.append(shown(os.path.normpath(os.path.join(below, name))))
    if not target.is_dir():
        raise Refused("it is no folder, or can't be read")
    return odd


def is_link(name: str, folder: int) -> bool:
    """Whether an entry of an open folder is a link, or gone."""
    try:
        return stat.S_ISLNK(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return True


def copy_file(name: str, folder: int, target: Path) -> None:
    """Copy a regular file of an open folder; raises OSError for anything else."""
    with open_regular(name, folder) as file, target.open("xb") as copy:
        shutil.copyfileobj(file, copy)


def listed(students: Iterable[str]) -> str:
    """Students for a sentence."""
    return ", ".join(map(shown, sorted(students)))


def shown(name: str) -> str:
    """A name as a student may have made it, bounded and on one line."""
    return name[:LONGEST_NAME] if name.isprintable() else ascii(name[:LONGEST_NAME])
