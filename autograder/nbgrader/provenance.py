"""Say on what grades rest: digests of all that decides, versions, settings, and the receipt."""

from __future__ import annotations

from pathlib import Path

from autograder.course.answers import misconceptions_folder, reference_path
from autograder.course.digest import digest_of_place, places_of_suite
from autograder.course.settings import Settings
from autograder.files import PACKAGE
from autograder.model.errors import GraderError
from autograder.model.provenance import Method, Provenance
from autograder.pool.versions import read_packages
from autograder.submission.receipt import read_receipt


def method_of(course: Path, assignment: str, settings: Settings) -> Method:
    """How submissions are graded now; what is missing has the digest ""."""
    return Method(
        suite=suite_digest(course, assignment),
        reference=digest_of(reference_path(course, assignment)),
        misconceptions=digest_of(misconceptions_folder(course, assignment)),
        source=digest_of(course / "source" / assignment),
        engine=digest_of(PACKAGE),
        versions=read_packages(),
        limits=settings.limits,
        follow_on=settings.follow_on,
        language=settings.language,
        sandboxed=not settings.unsandboxed,
    )


def suite_digest(course: Path, assignment: str) -> str:
    """The digest of the hidden tests, "" where they can't be read."""
    try:
        return digest_of_place(*places_of_suite(course, assignment))
    except GraderError:
        return ""


def digest_of(*places: Path) -> str:
    """The digest of files and folders, "" where one of them can't be read."""
    try:
        return digest_of_place(*places)
    except GraderError:
        return ""


def provenance_of(
    student: str, notebook: str, folder: Path, digest: str, method: Method
) -> Provenance:
    """Whose grade it is; `folder` holds the submission, `digest` is that of the file read there."""
    time = read_receipt(folder).time
    submitted = time.isoformat() if time is not None else None
    return Provenance(student, notebook, submitted, digest, method)
