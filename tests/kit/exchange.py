"""An exchange of a test's own, and submissions in it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import nbformat

from autograder.submission.receipt import SECRET, TIMESTAMP
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, notebook

COURSE = "language-models"
THEN = "2026-11-24 12:00:00.000000 UTC"
NOW = "2026-11-24 13:00:00.000000 UTC"


def exchange_of(room: TinyRoom, *lines: str) -> Path:
    """The folder of the course in an exchange of its own, as `release_assignment` makes it.

    `lines` are more settings of the course.
    """
    folder = room.root.parent / "exchange"
    for name in ("inbound", "outbound", "feedback"):
        (folder / COURSE / name).mkdir(parents=True)
    folder.chmod(0o777)
    room.configure(f'c.Exchange.root = "{folder}"\n', *lines)
    return folder / COURSE


def put(
    inbound: Path,
    student: str,
    time: str = NOW,
    *,
    assignment: str = NAME,
    answers: Mapping[str, str] = RIGHT,
) -> Path:
    """A folder as `nbgrader submit` leaves it."""
    folder = inbound / f"{student}+{assignment}+{time}+{secrets.token_urlsafe(9)}"
    folder.mkdir()
    nbformat.write(notebook(dict(answers)), folder / f"{NAME}.ipynb")
    (folder / TIMESTAMP).write_text(time, encoding="ascii")
    (folder / SECRET).write_text(secrets.token_hex(64), encoding="ascii")
    return folder
