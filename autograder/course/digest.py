"""Digests of files, which stand for all that something depends on."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path

from autograder.files import PACKAGE
from autograder.model.errors import GraderError

IGNORED = ("__pycache__", ".ipynb_checkpoints")


def digest_of_files(places: Iterable[Path], *words: str) -> str:
    """A digest of files, or of all files in folders, with their names; of `words`, this package,
    Python and all installed packages. A file that is missing counts as well.

    Raises GraderError for a file that nobody can read.
    """
    digest = hashlib.sha256(sys.version.encode())
    for each in (*sorted(f"{d.name} {d.version}" for d in distributions()), *words):
        digest.update(f"{each}\n".encode())
    for place in (*places, PACKAGE):
        for path in files_in(place):
            add(digest, str(path.relative_to(place.parent)), path)
    return digest.hexdigest()


def add(digest: hashlib._Hash, name: str, path: Path) -> None:
    """Take a file in, with its name and length, so that no two courses look the same."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GraderError(f"The course's file {path} can't be read: {error}.") from error
    digest.update(f"{name}\n{len(content)}\n".encode())
    digest.update(content)


def files_in(place: Path) -> Iterator[Path]:
    """The files of a folder in the order of their names, without what Python leaves there; or the
    file itself."""
    if place.is_file():
        yield place
    for path in sorted(place.rglob("*")):
        if path.is_file() and not any(part in IGNORED for part in path.parts):
            yield path
