"""The result file of a graded notebook: its whole grade as JSON, for staff.

It lies beside the autograded notebook, is written last, and never gets into feedback.
"""

from __future__ import annotations

from pathlib import Path

from autograder.files import write_atomically
from autograder.model.errors import GraderError
from autograder.model.grade import Grade, from_json, to_json

RESULT_SUFFIX = ".result.json"


def write_result(folder: Path, notebook: str, grade: Grade) -> None:
    """Write the grade of a notebook into the folder of its autograded submission."""
    write_atomically(result_path(folder, notebook), to_json(grade))


def has_result(folder: Path, notebook: str) -> bool:
    """Whether a notebook was graded to the end."""
    return result_path(folder, notebook).is_file()


def read_result(folder: Path, notebook: str) -> Grade | None:
    """The grade of a notebook; None where there is none, or none that this version can read."""
    try:
        return from_json(result_path(folder, notebook).read_bytes())
    except (OSError, GraderError):
        return None


def read_results(folder: Path) -> list[Grade]:
    """The grades in a folder, sorted by notebook; raises GraderError for another format."""
    return [from_json(path.read_bytes()) for path in sorted(folder.glob(f"*{RESULT_SUFFIX}"))]


def result_path(folder: Path, notebook: str) -> Path:
    """Where the grade of a notebook lies."""
    return folder / f"{notebook}{RESULT_SUFFIX}"
