"""Read the receipt of `nbgrader submit`: the time, and the secret that names the feedback.

Both files lie beside the submitted notebook and were in the student's hands. Only a regular
file of bounded length that holds one time, or one secret and nothing else, counts.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

from nbgrader.utils import parse_utc

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
FORM = re.compile(r"[0-9a-f]{128}")  # what `nbgrader submit` writes
LONGEST = 200  # bytes of either file


@dataclass(frozen=True, slots=True)
class Receipt:
    """What counts of a submission's receipt, by the name of its file, and what was odd about it."""

    texts: dict[str, str]
    remarks: tuple[str, ...] = ()

    @property
    def time(self) -> datetime | None:
        """When the submission was handed in (UTC)."""
        return parse_time(self.texts[TIMESTAMP]) if TIMESTAMP in self.texts else None

    @property
    def secret(self) -> str | None:
        """What names the submission's feedback in the exchange."""
        return self.texts.get(SECRET)


def read_receipt(folder: Path) -> Receipt:
    """The receipt beside a notebook; what is not of nbgrader's form is left out of it."""
    texts: dict[str, str] = {}
    remarks: list[str] = []
    for name, check, fault in (
        (TIMESTAMP, parse_time, "says no time and was ignored"),
        (SECRET, check_secret, "is no secret of nbgrader's and was ignored"),
    ):
        try:
            text = read_short(folder / name)
            if text is not None:
                check(text)
                texts[name] = text
        except ValueError:
            remarks.append(f"{name} {fault}")
    return Receipt(texts, tuple(remarks))


def parse_time(text: str) -> datetime:
    """A time as nbgrader writes it; raises ValueError where it says none."""
    words = text.split()
    # nbgrader looks for the zone in a file of that name
    if not words or (len(words) == 3 and not re.fullmatch(r"[A-Za-z0-9+-]+", words[2])):
        raise ValueError("no time")
    try:
        return cast(datetime, parse_utc(" ".join(words)))
    except (OverflowError, TypeError) as error:
        raise ValueError("no time") from error


def check_secret(text: str) -> None:
    """Raises ValueError for anything but a secret."""
    if not FORM.fullmatch(text):
        raise ValueError("no secret")


def read_short(path: Path) -> str | None:
    """The text of a short regular file, or None where nothing has that name."""
    try:
        with open_regular(path) as file:
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ValueError(str(error)) from error
    if len(content) > LONGEST:
        raise ValueError(f"more than {LONGEST} bytes")
    return content.decode("ascii")


def open_regular(path: Path | str, folder: int | None = None) -> BinaryIO:
    """A file that a student may have made, perhaps of an open folder; raises OSError for others.

    No link is followed, and no pipe is waited for.
    """

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)

    file = open(path, "rb", opener=opener)  # noqa: SIM115 -- the caller closes it
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError("no regular file")
    return file
