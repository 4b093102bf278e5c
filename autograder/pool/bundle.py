"""What a machine without the course needs to grade an assignment, in one piece.

How it works: a bundle holds the hidden tests, the reference, the misconceptions and the recorded
examples. It is named by a digest of all that. It holds no submission, no gradebook and no other
assignment's reference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

import msgspec

from autograder.course.answers import misconceptions_folder, reference_path
from autograder.course.digest import files_in, places_of_suite, read
from autograder.grading.grade import Job
from autograder.model.errors import GraderError

EXAMPLES = "recorded-examples"  # the folder of a bundle; a course has none of this name


@dataclass(frozen=True)
class Bundle:
    """Files by their place in the course folder."""

    files: dict[str, bytes]

    @cached_property
    def digest(self) -> str:
        """The name of the bundle."""
        return hashlib.sha256(msgspec.msgpack.encode(sorted(self.files.items()))).hexdigest()

    def unpack(self, folder: Path) -> None:
        """Write the files into a folder that only this user can read."""
        folder.mkdir(parents=True, mode=0o700)
        for name, content in self.files.items():
            path = folder / inner(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def pack(course: Path, assignment: str, examples: Iterable[str]) -> Bundle:
    """The bundle of an assignment; raises GraderError for a file that is missing or unreadable."""
    files = {str(path.relative_to(course)): read(path) for path in content(course, assignment)}
    files |= {f"{EXAMPLES}/{Path(path).name}": read(Path(path)) for path in examples}
    return Bundle(files)


def content(course: Path, assignment: str) -> Iterator[Path]:
    """The files of a course that a grade depends on; raises GraderError without hidden tests."""
    for place in places_of_suite(course, assignment):
        yield from files_in(place)
    yield from files_in(reference_path(course, assignment))
    yield from files_in(misconceptions_folder(course, assignment))


def leave_home(job: Job) -> Job:
    """A job that names no path of this machine, for one that has the bundle."""
    course = Path(job.course).absolute()
    digests = {str(Path(path).relative_to(course)): each for path, each in job.digests.items()}
    names = tuple(f"{EXAMPLES}/{Path(path).name}" for path in job.examples)
    return replace(job, course="", examples=names, digests=digests)


def settle_in(job: Job, folder: Path) -> Job:
    """The job on the machine that has the bundle in a folder."""
    digests = {str(folder / inner(path)): each for path, each in job.digests.items()}
    examples = tuple(str(folder / inner(name)) for name in job.examples)
    return replace(job, course=str(folder), examples=examples, digests=digests)


def inner(name: str) -> PurePosixPath:
    """A path inside a folder; raises GraderError for one that leads out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise GraderError(f"A bundle can't hold {name!r}: the path leaves its folder.")
    return path
