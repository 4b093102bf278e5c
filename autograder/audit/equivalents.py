"""What a course says of its contract: which mutants are right, argument ranges, tolerances.

How it works: `solutions/equivalents/<assignment>.toml` holds `[[equivalent]]` and
`[[behaviour]]` (mutants that no test can kill, each with a reason), `[arguments]` (ranges
and kinds, by name), `[tolerances]` (of results, by task) and `[[besides]]` (misconceptions that
lose more laws than they break, each with a reason). All of them are optional.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from autograder.model.errors import GraderError
from autograder.mutants.witness import Parameter


def read_arguments(course: Path, assignment: str) -> dict[str, dict[str, Any]]:
    """What the contract says of arguments, by name: fields of `witness.Parameter`.

    {} where nothing is kept. Raises GraderError, naming the file, for an unknown field.
    """
    path = equivalents_of(course, assignment)
    try:
        described = read_toml(path).get("arguments", {})
        for name, known in described.items():
            Parameter(name, **({"kind": "numbers"} | known))
    except (ValueError, AttributeError, TypeError) as error:
        raise GraderError(
            f"{path} can't be read: {error!r}. An argument may have: kind, least, most, masked."
        ) from error
    return dict(described)


def read_tolerances(course: Path, assignment: str) -> dict[str, float]:
    """By how much the result of a task may be off in all, where the contract says so."""
    path = equivalents_of(course, assignment)
    try:
        found = read_toml(path).get("tolerances", {})
        return {task: float(tolerance) for task, tolerance in found.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise GraderError(
            f"{path} can't be read: {error!r}. [tolerances] has a number for a task."
        ) from error


def equivalents_of(course: Path, assignment: str) -> Path:
    """The file that describes the contract."""
    return course / "solutions" / "equivalents" / f"{assignment}.toml"


def read_toml(path: Path) -> dict[str, Any]:
    """What the file holds; {} where there is none."""
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def read_equivalents(
    course: Path, assignment: str, kind: Literal["equivalent", "behaviour"] = "equivalent"
) -> dict[tuple[str, str], str]:
    """Why a mutant is a right answer too, by its task and change; {} where nothing is kept.

    `kind` is the table: of mutants that change the syntax, or of behavioural ones.
    Raises GraderError, naming the file, for an entry without task, changes or reason.
    """
    path = equivalents_of(course, assignment)
    try:
        entries = read_toml(path).get(kind, [])
        return {
            (str(entry["task"]), str(change)): str(entry["reason"])
            for entry in entries
            for change in listed(entry, "changes")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise GraderError(
            f"{path} can't be read: {error!r}. Every [[{kind}]] needs task, changes and reason."
        ) from error


def read_excuses(course: Path, assignment: str) -> dict[str, str]:
    """Why a misconception loses laws besides those that it breaks, by its name.

    Raises GraderError, naming the file, for an entry without misconceptions or reason.
    """
    path = equivalents_of(course, assignment)
    try:
        return {
            str(name): str(entry["reason"])
            for entry in read_toml(path).get("besides", [])
            for name in listed(entry, "misconceptions")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise GraderError(
            f"{path} can't be read: {error!r}. Every [[besides]] needs misconceptions and reason."
        ) from error


def listed(entry: dict[str, Any], field: str) -> list[Any]:
    """What an entry lists; raises TypeError where that is a text, which has letters."""
    items = entry[field]
    if not isinstance(items, list):
        raise TypeError(f"{field} must be a list, not {items!r}")
    return items
