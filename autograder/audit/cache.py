"""Store which suites passed their audit, so that a release audits again only what changed.

How it works: a digest stands for everything that an audit depends on: the course's
files, this package, Python and all installed packages. An audit that passed is stored
under its digest in the user's cache, with the number of seeds.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from autograder.course.digest import digest_of_files
from autograder.course.folder import CONFIG, Course
from autograder.files import cache_folder, write_atomically


@dataclass(frozen=True, slots=True)
class PassedAudit:
    """An audit that passed: what it was about, with how many seeds, and when."""

    digest: str
    seeds: int
    when: datetime

    @property
    def day(self) -> str:
        """When, for people."""
        return f"{self.when:%Y-%m-%d %H:%M}"


def store(digest: str, seeds: int) -> None:
    """Store that this passed just now; if that fails, the suite is merely audited again."""
    passed = PassedAudit(digest, seeds, datetime.now().astimezone().replace(microsecond=0))
    path = path_of(digest)
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, msgspec.json.encode(passed))


def lookup(digest: str, seeds: int) -> PassedAudit | None:
    """The audit that this passed, with at least so many seeds; None where none is stored."""
    try:
        passed = msgspec.json.decode(path_of(digest).read_bytes(), type=PassedAudit)
    except (OSError, msgspec.DecodeError):
        return None
    return passed if passed.digest == digest and passed.seeds >= seeds else None


def path_of(digest: str) -> Path:
    """Where the audit with this digest is stored."""
    return cache_folder() / "proofs" / f"{digest}.json"


def digest_of(course: Course, assignment: str) -> str:
    """A digest of all that an audit depends on; raises GraderError for a file nobody can read."""
    return digest_of_files(
        (
            course.root / "source" / assignment,
            course.root / "solutions",
            course.root / "tests" / "hidden",
            course.root / CONFIG,
        )
    )
