"""Unpack what a learning platform lets staff download, and in it what students packed.

How it works: nothing leaves its folder, no link is followed, sizes are counted while they are
written. An archive that holds or unpacks to more than its limit is left packed, and said.
"""

from __future__ import annotations

import os
import re
import shutil
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from nbgrader.plugins import ExtractorPlugin
from traitlets import Int

from autograder.model.limits import MIB

CHUNK = 1 << 20
LEFT_BEHIND = ("__MACOSX", ".ipynb_checkpoints", "__pycache__", ".DS_Store", "Thumbs.db")
ARCHIVES = (".zip", ".tar", ".tgz", ".gz")
UTF8 = 0x800  # the flag of a zip's member whose name is UTF-8
DEPTH = 2  # archives in archives: the platform's, and a student's in it


class Refused(Exception):
    """What is not unpacked, and why."""


BROKEN = (
    *(Refused, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, zlib.error),
    *(zipfile.BadZipFile, zipfile.LargeZipFile, tarfile.TarError),
)


class Extractor(ExtractorPlugin):
    """Unpacks a platform's archives, and in them the archives that students handed in."""

    file_bytes = Int(200 * MIB, help="The most that one file may unpack to.").tag(config=True)
    student_bytes = Int(
        500 * MIB, help="The most that an archive may unpack to that a student handed in."
    ).tag(config=True)
    download_bytes = Int(
        4000 * MIB, help="The most that an archive may unpack to that a platform made."
    ).tag(config=True)
    members = Int(100_000, help="The most files in an archive.").tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack or copy what lies in a folder."""
        here, there = Path(archive_path), Path(extracted_path)
        found = [path for path in sorted(here.rglob("*")) if path.is_file()]
        if not found:
            self.log.warning("There is nothing to unpack in %s.", here)
        for path in found:
            target = there / path.relative_to(here)
            target.parent.mkdir(parents=True, exist_ok=True)
            if is_archive(path):
                self.unpack(path, target, self.download_bytes, DEPTH)
            else:
                shutil.copyfile(path, target, follow_symlinks=True)

    def unpack(self, archive: Path, target: Path, most: int, depth: int) -> bool:
        """Unpack into a folder named as the archive; whether it was, or stays packed."""
        folder = free_name(target.with_name(stem_of(target)))
        try:
            folder.mkdir(parents=True)
            self.unpack_members(archive, folder, most)
        except BROKEN as error:
            shutil.rmtree(folder, ignore_errors=True)
            self.log.error("%s was not unpacked: %s", archive, error)
            if archive != target:
                shutil.copyfile(archive, free_name(target))
            return False
        for inner in [path for path in sorted(folder.rglob("*")) if is_archive(path)]:
            if depth > 1 and self.unpack(inner, inner, self.student_bytes, depth - 1):
                inner.unlink()
        return True

    def unpack_members(self, archive: Path, folder: Path, most: int) -> None:
        """Write the files of an archive; raises Refused where they are too large or too many."""
        left = most
        for number, (name, file) in enumerate(members_of(archive)):
            if number >= self.members:
                raise Refused(f"it holds more than {self.members} files")
            try:
                path = free_name(folder / inner_path(name))
            except Refused as error:
                self.log.error("%s: left out %.200r: %s", archive, name, error)
                continue
            if any(part in LEFT_BEHIND for part in path.relative_to(folder).parts):
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            left -= copy(file, path, min(left, self.file_bytes))


def is_archive(path: Path) -> bool:
    """Whether a file is to be unpacked, by its name."""
    return path.suffix.lower() in ARCHIVES and path.is_file() and not path.is_symlink()


def stem_of(path: Path) -> str:
    """An archive's name without its ending."""
    return re.sub(r"(\.tar)?\.\w+$", "", path.name) or "archive"


def members_of(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The regular files in an archive, each with its name; links and devices are left out."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    with packed.open(info) as file:
                        yield name_in_zip(info), file
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            content = tar.extractfile(member) if member.isreg() else None
            if content is not None:
                yield member.name, content


def name_in_zip(info: zipfile.ZipInfo) -> str:
    """A name as who packed it meant it: without the flag, Python takes all for code page 437."""
    if info.flag_bits & UTF8:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850", "replace")  # Windows in Western Europe


def inner_path(name: str) -> Path:
    """Where a member belongs below its folder; raises Refused for a name that leads elsewhere."""
    parts = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/"))).parts
    if not parts or parts[0] == "/" or ".." in parts or re.match(r"[A-Za-z]:", parts[0]):
        raise Refused("its path leaves the archive")
    if any("\0" in part or len(part.encode()) > 255 for part in parts):
        raise Refused("its name can be no file's")
    return Path(*parts)


def copy(file: IO[bytes], path: Path, most: int) -> int:
    """Write a file and count its bytes; raises Refused once there are too many."""
    written = 0
    with path.open("xb") as target:
        while chunk := file.read(CHUNK):
            written += len(chunk)
            if written > most:
                raise Refused(f"it unpacks to more than {most / MIB:.0f} MiB, at {path.name!r}")
            target.write(chunk)
    return written


def free_name(path: Path) -> Path:
    """The path, or another name beside it where there is such a file or folder."""
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = path.with_name(f"{path.stem} ({number}){path.suffix}")
    return free
