"""Of the receipt beside a submission only what has nbgrader's form counts."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from autograder.submission.receipt import SECRET, TIMESTAMP, read_receipt

GOOD = "0123456789abcdef" * 8
FORGED_SECRET = "submission_secret.txt is no secret of nbgrader's and was ignored"
FORGED_TIME = "timestamp.txt says no time and was ignored"


def test_what_nbgrader_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / SECRET).write_text(GOOD)
    (tmp_path / TIMESTAMP).write_text("2026-11-24 23:04:21.753103 CET")
    receipt = read_receipt(tmp_path)
    assert (receipt.secret, receipt.remarks) == (GOOD, ())
    assert receipt.time == datetime(2026, 11, 24, 22, 4, 21, 753103)


def test_no_receipt_is_nothing_unusual(tmp_path: Path) -> None:
    receipt = read_receipt(tmp_path)
    assert (receipt.secret, receipt.time, receipt.remarks) == (None, None, ())


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def text(content: str) -> Callable[[Path], None]:
    return lambda path: path.write_text(content, encoding="utf-8") and None


FILES: dict[str, Callable[[Path], None]] = {
    "a link": link_to("/etc/passwd"),
    "a link to a right one": lambda path: (
        path.with_name("kept").write_text(GOOD),
        path.symlink_to("kept"),
    )[1],
    "a dangling link": link_to("/nowhere"),
    "a pipe": os.mkfifo,
    "a folder": lambda path: path.mkdir(),
    "10 MB": text("0" * 10_000_000),
    "empty": text(""),
    "letters beyond ASCII": text("é" * 64),
    "bytes": lambda path: path.write_bytes(bytes(range(128))) and None,
}
SECRETS = {
    "too short": text(GOOD[:-1]),
    "too long": text(GOOD + "0"),
    "a line more": text(GOOD + "\n"),
    "upper case": text(GOOD.upper()),
    "a path": text("../" * 42 + "ab"),
    "digits of another script": text("٣" * 128),
}
TIMES = {
    "a word": text("soon"),
    "a zone that is a path": text("2026-11-24 23:00:00 /etc/localtime"),
    "a zone in another folder": text("2026-11-24 23:00:00 ../../etc/localtime"),
    "before time began": text("0001-01-01 00:00:00 +9"),
    "no month": text("2026-13-24 23:00:00 UTC"),
}


@pytest.mark.parametrize("forge", [*FILES.values(), *SECRETS.values()], ids=[*FILES, *SECRETS])
def test_a_forged_secret_is_none(tmp_path: Path, forge: Callable[[Path], None]) -> None:
    forge(tmp_path / SECRET)
    receipt = read_receipt(tmp_path)
    assert (receipt.secret, receipt.texts, receipt.remarks) == (None, {}, (FORGED_SECRET,))


@pytest.mark.parametrize("forge", [*FILES.values(), *TIMES.values()], ids=[*FILES, *TIMES])
def test_a_forged_time_is_none(tmp_path: Path, forge: Callable[[Path], None]) -> None:
    forge(tmp_path / TIMESTAMP)
    receipt = read_receipt(tmp_path)
    assert (receipt.time, receipt.texts, receipt.remarks) == (None, {}, (FORGED_TIME,))
