"""Digests of files, which stand for all that something depends on."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path

from autograder.course.answers import reference_path
from autograder.files import PACKAGE
from autograder.model.errors import GraderError

IGNORED = ("__pycache__", ".ipynb_checkpoints")
PYTEST_FILES = ("test_*.py", "*_test.py")


def digest_of_files(places: Iterable[Path], *words: str) -> str:
    """A digest of files, or of all files in folders, with their names; of `words`, this package,
    Python and all installed packages. A file that is missing counts as well.

    Raises GraderError for a file that nobody can read.
    """
    digest = hashlib.sha256(sys.version.encode())
    for each in (*sorted(f"{d.name} {d.version}" for d in distributions()), *words):
        digest.update(f"{each}\n".encode())
    for place in (*places, PACKAGE):
        add_place(digest, place)
    return digest.hexdigest()


def digests_of_suite(course: Path, assignment: str) -> dict[Path, str]:
    """The files with hidden tests, each with a digest of all that its laws depend on.

    That is the file itself, what it may import of the course (the reference, the helpers in
    `places_of_suite`, and laws' files that it names), and what `digest_of_files` takes in.
    Raises GraderError.
    """
    folder = suite_folder(str(course), assignment)
    tests = [path for path in files_in(folder) if any(map(path.match, PYTEST_FILES))]
    places = places_of_suite(course, assignment)
    helpers = [path for place in places for path in files_in(place) if path not in tests]
    shared = digest_of_files([*helpers, reference_path(course, assignment)], assignment)
    found = {}
    for path in tests:
        digest = hashlib.sha256(shared.encode())
        for each in sorted(named_by(path, tests)):
            add(digest, str(each.relative_to(folder)), each)
        found[path] = digest.hexdigest()
    return found


def places_of_suite(course: Path, assignment: str) -> list[Path]:
    """What the laws of an assignment may import of `tests/hidden`, as folders and files.

    That is its own folder, the files beside it, and the folders of other assignments that are
    named in one of these: a change in another assignment's laws is no change of these laws.
    Raises GraderError.
    """
    folder = suite_folder(str(course), assignment)
    beside = [path for path in sorted(folder.parent.iterdir()) if path.name not in IGNORED]
    places = [folder, *(path for path in beside if path.is_file())]
    for place in places:  # which grows by what it names
        names = b"\n".join(map(read, files_in(place)))
        places += [each for each in beside if each not in places and each.name.encode() in names]
    return places


def digest_of_place(*places: Path) -> str:
    """A digest of files, or of all files in folders, with their names; raises GraderError."""
    digest = hashlib.sha256()
    for place in places:
        add_place(digest, place)
    return digest.hexdigest()


def named_by(path: Path, others: Iterable[Path]) -> set[Path]:
    """A file and those of the others that it names, as who imports does, or that they name."""
    found, waiting = {path}, [path]
    while waiting:
        content = read(waiting.pop())
        news = {each for each in others if each.stem.encode() in content} - found
        found |= news
        waiting += news
    return found


def suite_folder(course: str, assignment: str) -> Path:
    """Where the hidden tests of an assignment lie; raises GraderError without one."""
    folder = Path(course) / "tests" / "hidden" / assignment
    if not folder.is_dir():
        raise GraderError(f"There are no hidden tests for {assignment!r}: {folder} is no folder.")
    return folder


def add_place(digest: hashlib._Hash, place: Path) -> None:
    """Take a file in, or all files of a folder."""
    for path in files_in(place):
        add(digest, str(path.relative_to(place.parent)), path)


def add(digest: hashlib._Hash, name: str, path: Path) -> None:
    """Take a file in, with its name and length, so that no two courses look the same."""
    content = read(path)
    digest.update(f"{name}\n{len(content)}\n".encode())
    digest.update(content)


def read(path: Path) -> bytes:
    """The content of a file; raises GraderError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise GraderError(f"The course's file {path} can't be read: {error}.") from error


def files_in(place: Path) -> Iterator[Path]:
    """The files of a folder in the order of their names, without what Python leaves there; or the
    file itself."""
    if place.is_file():
        yield place
    for path in sorted(place.rglob("*")):
        if path.is_file() and not any(part in IGNORED for part in path.parts):
            yield path
