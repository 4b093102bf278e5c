"""What was handed in, what became of it, and who watches: the memory of `autograder watch`.

How it works: a submission is told from an earlier one of the same student by its files' sizes and
times and by its receipt. A JSON file in the course folder's `.watch` says which one was last done
with; it is written atomically after each round, so a watch that was killed does nothing twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.files import write_atomically
from autograder.model.errors import GraderError
from autograder.submission.receipt import read_receipt

FOLDER = ".watch"  # in the course folder
SETTLED_SECONDS = 2.0  # without a change, after which nobody is still copying


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a student's submissions: digests of them, and times of feedback."""

    taken: str = ""  # the last one that was copied from a folder that is watched
    done: str = ""  # the last one that was graded, with feedback
    times: tuple[datetime, ...] = ()  # of feedback, of the last day that there was any


@dataclass(slots=True)
class Arrivals:
    """The students of an assignment, kept in a file."""

    path: Path
    students: dict[str, Arrival] = field(default_factory=dict)

    @staticmethod
    def of(course: Path, assignment: str) -> Arrivals:
        """What an earlier watch left; raises GraderError for a file that can't be read."""
        path = course / FOLDER / f"{assignment}.json"
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return Arrivals(path)
        except OSError as error:
            raise GraderError(f"{path} can't be read: {error}.") from error
        try:
            return Arrivals(path, msgspec.json.decode(content, type=dict[str, Arrival]))
        except msgspec.DecodeError as error:
            raise GraderError(
                f"{path} is not what a watch has written ({error}). Delete it, and the next watch "
                "looks at all submissions again; who is graded stays graded."
            ) from error

    def of_student(self, student: str) -> Arrival:
        """What is known of a student, perhaps nothing."""
        return self.students.get(student, Arrival())

    def note_taken(self, student: str, submission: str) -> None:
        """Remember that a submission was copied."""
        self.students[student] = replace(self.of_student(student), taken=submission)

    def note_feedback(self, student: str, submission: str, now: datetime) -> None:
        """Remember that a submission is done with, and that it counts for this day."""
        times = (*self.today(student, now), now)
        self.students[student] = replace(self.of_student(student), done=submission, times=times)

    def today(self, student: str, now: datetime) -> tuple[datetime, ...]:
        """When a student had feedback on this day."""
        times = self.of_student(student).times
        return tuple(time for time in times if time.date() == now.date())

    def save(self) -> None:
        """Write the file."""
        self.path.parent.mkdir(exist_ok=True)
        write_atomically(self.path, msgspec.json.encode(self.students))


def digest_of_submission(folder: Path) -> str:
    """What tells a submission from another one: names, sizes and times, and the receipt."""
    digest = hashlib.sha256(repr(sorted(read_receipt(folder).texts.items())).encode())
    for name, about in files_of(folder):
        digest.update(f"{name}\0{about.st_size}\0{about.st_mtime_ns}\0".encode(errors="replace"))
    return digest.hexdigest()


def changed_at(folder: Path) -> float:
    """When a submission was changed last, in seconds since the epoch."""
    return max((about.st_mtime for _, about in files_of(folder)), default=0.0)


def is_settled(folder: Path) -> bool:
    """Whether a folder holds a file and nobody is still writing; clocks may be wrong."""
    newest = changed_at(folder)
    return newest > 0 and abs(time.time() - newest) > SETTLED_SECONDS


def files_of(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """The regular files right in a folder, by name; what vanishes meanwhile is none."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            with contextlib.suppress(OSError):
                about = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(about.st_mode):
                    yield entry.name, about


@contextlib.contextmanager
def watching(course: Path, assignment: str) -> Iterator[None]:
    """Be the only one that watches an assignment; raises GraderError where there is another."""
    path = course / FOLDER / f"{assignment}.lock"
    try:
        path.parent.mkdir(exist_ok=True)
        file = path.open("a+", encoding="ascii")
    except OSError as error:
        raise GraderError(f"{path} can't be written: {error}.") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise GraderError(
                f"{assignment} is watched already, by process {file.read().strip() or '?'}."
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
