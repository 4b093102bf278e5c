"""The result file of a graded notebook: its grade and on what it rests, as JSON, for staff.

It lies beside the autograded notebook, is written last, and never gets into feedback. Whoever
grades the same submission in the same way gets the same file, byte for byte.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from autograder.files import write_atomically
from autograder.model.errors import GraderError
from autograder.model.grade import Grade, from_json, to_json
from autograder.model.provenance import Provenance

RESULT_SUFFIX = ".result.json"


def write_result(folder: Path, notebook: str, grade: Grade, provenance: Provenance) -> None:
    """Write the grade of a notebook into the folder of its autograded submission."""
    write_atomically(result_path(folder, notebook), result_text(grade, provenance))


def result_text(grade: Grade, provenance: Provenance) -> bytes:
    """The content of a result file: whose it is and the sums first, then every law."""
    data: dict[str, Any] = msgspec.to_builtins(provenance)
    method = data.pop("method")
    tasks = [
        {"task": each.task, "earned": each.earned, **msgspec.to_builtins(each)}
        for each in grade.tasks
    ]
    whole = {
        "assignment": grade.assignment,
        **data,
        "earned": grade.earned,
        "points": grade.points,
        "tasks": tasks,
        "remarks": list(grade.remarks),
        "method": method,
    }
    return to_json(whole)


def has_result(folder: Path, notebook: str) -> bool:
    """Whether a notebook was graded to the end."""
    return result_path(folder, notebook).is_file()


def read_result(folder: Path, notebook: str) -> Grade | None:
    """The grade of a notebook; None where there is none, or none that this version can read."""
    try:
        return from_json(result_path(folder, notebook).read_bytes())
    except (OSError, GraderError):
        return None


def read_grades(folder: Path, paths: Iterable[str]) -> dict[str, Grade]:
    """The grades in a folder that can be read, by the path of the notebook that was handed in."""
    found = {path: read_result(folder, Path(path).stem) for path in paths}
    return {path: grade for path, grade in found.items() if grade is not None}


def read_provenances(folder: Path) -> dict[str, Provenance]:
    """On what the grades in a folder rest, by notebook; files that do not say are left out."""
    found = {}
    for path in sorted(folder.glob(f"*{RESULT_SUFFIX}")):
        with contextlib.suppress(OSError, ValueError, RecursionError):  # as of an older version
            provenance = msgspec.json.decode(path.read_bytes(), type=Provenance)
            found[provenance.notebook] = provenance
    return found


def read_results(folder: Path) -> list[Grade]:
    """The grades in a folder, sorted by notebook; raises GraderError for another format."""
    return [from_json(path.read_bytes()) for path in sorted(folder.glob(f"*{RESULT_SUFFIX}"))]


def result_path(folder: Path, notebook: str) -> Path:
    """Where the grade of a notebook lies."""
    return folder / f"{notebook}{RESULT_SUFFIX}"
