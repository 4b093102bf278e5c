"""Tell whose each file is that a learning platform lets staff download: `nbgrader zip_collect`.

How it works: nbgrader unpacks what lies in `downloaded/<assignment>/archive` (`archives`) and asks
a collector whose file each one is. Every file of a student is carried over, also what is no
notebook: `nbgrader autograde` then says so, and nobody is lost.

    nbgrader zip_collect next_token --collector=autograder.nbgrader.downloads.Moodle

Sources: Moodle's "download all submissions" (`<name>_<participant>_assignsubmission_file_`),
Canvas's "Download Submissions" (`<name>[_LATE]_<user>_<file's number>_<file>`), and ILIAS's
exercises (`Abgaben/<last name>_<first name>_<login>_<user>`).
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from nbgrader.plugins import FileNameCollectorPlugin

SUBMISSIONS = ("abgaben", "submissions")  # a folder in an archive of ILIAS


class Collector(FileNameCollectorPlugin):
    """Tells by a platform's pattern whose a file is; raises nothing, and says what fits nobody."""

    pattern: ClassVar[re.Pattern[str]]  # of a folder's or file's name, with the group `student`

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.taken: set[tuple[str, str]] = set()

    def collect(self, submitted_file: str) -> dict[str, str] | None:
        """The student's id, and the name of the file in the submission; None where unknown."""
        path = Path(submitted_file)
        known = self.recognise(path)
        if known is None:
            self.log.error("%s: no student can be told from its name", path)
            return None
        student, name, rank = known
        others = map(self.recognise, path.parent.iterdir())
        if any(each and each[:2] == (student, name) and each[2] > rank for each in others):
            stem, suffix = os.path.splitext(name)
            name = f"{stem} (older){suffix}"
        return {"student_id": student, "file_id": self.unique(student, name)}

    def recognise(self, path: Path) -> tuple[str, str, int] | None:
        """Whose file it is, its own name, and its rank: of those of one name the last counts."""
        for part in self.parts(path):
            if found := self.pattern.match(part):
                groups = found.groupdict()
                whole = part == path.name and groups.get("file")
                name = f"{groups['file']}{groups.get('suffix') or ''}" if whole else path.name
                return self.student(found), *self.name_and_rank(name, groups)
        return None

    def parts(self, path: Path) -> tuple[str, ...]:
        """The parts of a path that may tell the student, the first one that does counts."""
        app = self.parent
        top = Path(app._format_collect_path(app.extracted_directory))
        return path.relative_to(top).parts

    def name_and_rank(self, name: str, groups: Mapping[str, str | None]) -> tuple[str, int]:
        """The name of a file without what the platform added, and its rank."""
        return name, int(groups.get("upload") or 0)

    def student(self, found: re.Match[str]) -> str:
        """A student's id; the platform's number keeps two of one name apart."""
        return f"{slug(found['student'])}_{found['number']}"

    def unique(self, student: str, name: str) -> str:
        """The name, or another one where the student has handed in a file of that name already.

        nbgrader takes the ending from the file itself.
        """
        stem, suffix = os.path.splitext(name)
        number, free = 1, stem
        while (student, free + suffix) in self.taken:
            number += 1
            free = f"{stem} ({number})"
        self.taken.add((student, free + suffix))
        return free + suffix


class Moodle(Collector):
    """An assignment's "Download all submissions", with folders or without."""

    pattern = re.compile(
        r"(?P<student>.+)_(?P<number>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)", re.S
    )


class Canvas(Collector):
    """An assignment's "Download Submissions". Of two files of one name the last one counts."""

    pattern = re.compile(
        r"(?P<student>.+?)_(?:LATE_)?(?P<number>\d+)_(?P<upload>\d+)_"
        r"(?P<file>.+?(?=(?:-\d+)?(?:\.\w+)?$))(?:-\d+)?(?P<suffix>\.\w+)?$",
        re.S,
    )


class Ilias(Collector):
    """An exercise's "Alle Abgaben herunterladen"; the login is the student's id."""

    pattern = re.compile(r"[^_]+_.+_(?P<student>[^_]+)_(?P<number>\d+)$", re.S)

    def student(self, found: re.Match[str]) -> str:
        """The login, which is unique."""
        return slug(found["student"])

    def name_and_rank(self, name: str, groups: Mapping[str, str | None]) -> tuple[str, int]:
        """Some versions put the time of the upload before the name."""
        time = re.match(r"(\d{14})_", name)
        upload = time[1] if time else None
        return super().name_and_rank(name[15:] if time else name, {**groups, "upload": upload})

    def parts(self, path: Path) -> tuple[str, ...]:
        """What is below the folder of all submissions; beside it lies the exercise itself."""
        parts = super().parts(path)
        below = [n for n, part in enumerate(parts, start=1) if part.lower() in SUBMISSIONS]
        return parts[below[0] :] if below else ()


def slug(name: str) -> str:
    """A name that can be a folder's and stands in addresses: letters, digits, dots and hyphens."""
    kept = re.sub(r"[^\w.]+", "-", unicodedata.normalize("NFC", name))
    return kept.strip("-._") or "student"
