"""`autograder watch`: what is handed in is graded within seconds, once, and given back."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.utils import notebook_hash

from autograder.submission.receipt import SECRET
from tests.kit.courses import TinyRoom
from tests.kit.exchange import COURSE, exchange_of, put
from tests.kit.patience import PATIENT, wait_until
from tests.kit.tiny import FULL, NAME, RIGHT, SLOW, WRONG, notebook

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

OWNERS = "c.ExchangeCollect.check_owner = False"
NOBODY = dict.fromkeys(FULL)
ZERO = dict.fromkeys(FULL, 0.0)


@pytest.fixture
def room(tmp_path: Path) -> TinyRoom:
    """A course with an exchange of its own, whose accounts tell nothing of students."""
    room = TinyRoom.make(tmp_path / "course")
    exchange_of(room, OWNERS)
    return room


def exchange(room: TinyRoom) -> Path:
    return room.root.parent / "exchange" / COURSE


def hand_in(room: TinyRoom, student: str, minute: int = 0, answers: dict[str, str] = RIGHT) -> Path:
    """Hand in over the exchange, some time ago; the page that feedback will have."""
    at = f"2026-11-24 12:{minute:02}:00.000000 UTC"
    folder = put(exchange(room) / "inbound", student, at, answers=answers)
    age(folder)
    name = notebook_hash(secret=(folder / SECRET).read_text(), notebook_id=NAME)
    return exchange(room) / "feedback" / f"{name}.html"


def age(folder: Path, seconds: float = 60.0) -> None:
    """Let files have been written some time ago."""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - seconds,) * 2)


def look(room: TinyRoom, *options: str) -> str:
    """One look from the exchange; what was said."""
    status, said = room.run("autograder", "watch", NAME, "--once", *options)
    assert status == 0, said
    return said


@contextlib.contextmanager
def watching(room: TinyRoom, *options: str) -> Iterator[subprocess.Popen[str]]:
    """A watch in the background."""
    with room.start("autograder", "watch", NAME, *options) as process:
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def graded_at(room: TinyRoom, student: str) -> int:
    return room.result(student).stat().st_mtime_ns


def test_what_comes_is_graded_once_and_given_back(room: TinyRoom) -> None:
    pages = {"ada": hand_in(room, "ada"), "bob": hand_in(room, "bob", answers=WRONG)}
    said = look(room)
    assert "ada: 3 of 3 points" in said and "bob: 0 of 3 points" in said
    assert [room.scores(student) for student in pages] == [FULL, ZERO]
    assert all("<html" in page.read_text() for page in pages.values())
    before = {student: graded_at(room, student) for student in pages}
    assert "new: " not in look(room)
    newer = hand_in(room, "bob", 5)
    said = look(room)
    assert "bob: 3 of 3 points" in said and "ada" not in said
    assert newer.exists()
    assert room.scores("bob") == FULL
    assert graded_at(room, "ada") == before["ada"]
    assert graded_at(room, "bob") > before["bob"]


def test_a_page_is_given_back_again_once_it_may_show_more(room: TinyRoom) -> None:
    page = hand_in(room, "bob", answers=WRONG)
    said = look(room)
    assert "Erwartet" in page.read_text()
    assert "shown by now" not in said
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}") as book:
        now = datetime.now(UTC).replace(tzinfo=None)
        book.find_assignment(NAME).duedate = now - timedelta(minutes=5)
        book.db.commit()
    made = room.root / "feedback" / "bob" / NAME / f"{NAME}.html"
    os.utime(made, (time.time() - 3600,) * 2)  # before the due date
    page.unlink()
    before = graded_at(room, "bob")
    assert "to 1 students" in look(room)
    assert made.stat().st_mtime > time.time() - 600
    assert "Erwartet" in page.read_text()
    assert "shown by now" not in look(room)
    assert graded_at(room, "bob") == before


def test_what_is_still_being_copied_waits(room: TinyRoom) -> None:
    folder = put(exchange(room) / "inbound", "ada")
    with being_written(folder / f"{NAME}.ipynb"):
        assert "0 submissions graded" in look(room).splitlines()[-1]
    assert not (room.root / "submitted" / "ada").exists()
    age(folder, -3600)  # a clock that is wrong
    assert "ada: 3 of 3 points" in look(room)


@contextlib.contextmanager
def being_written(path: Path) -> Iterator[None]:
    """Somebody writes to a file all the time."""
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.1):
            os.utime(path)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_a_watch_grades_within_seconds_and_ends_when_asked(room: TinyRoom) -> None:
    with watching(room) as process:
        lock = room.root / ".watch" / f"{NAME}.lock"
        wait_until(lambda: lock.exists() and lock.read_text())
        page = hand_in(room, "ada")
        wait_until(page.exists)
        status, said = room.run("autograder", "watch", NAME)
        assert status == 2
        assert f"tiny is watched already, by process {process.pid}" in said
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=PATIENT)
    assert process.returncode == 0, said
    assert "watching tiny in the exchange" in said
    assert "stopped; what is done is kept" in said
    assert "ada: 3 of 3 points" in said
    assert "Traceback" not in said and "Converting" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_who_was_in_the_middle_is_completed_by_the_next_watch(
    room: TinyRoom, number: signal.Signals
) -> None:
    pages = [hand_in(room, student, answers=SLOW) for student in ("ada", "bob", "eve")]
    room.configure(
        f'c.Exchange.root = "{room.root.parent / "exchange"}"',
        OWNERS,
        "c.GradeSubmission.workers = 1",
    )
    with watching(room) as process:
        wait_until(lambda: room.result("ada").exists())
        os.killpg(process.pid, number)
        process.communicate(timeout=PATIENT)
    kept = graded_at(room, "ada")
    assert not all(page.exists() for page in pages)
    said = look(room)
    assert graded_at(room, "ada") == kept
    assert all(room.scores(student) == FULL for student in ("ada", "bob", "eve")), said
    assert all(page.exists() for page in pages)


def test_a_folder_is_watched_as_well_without_timestamps(room: TinyRoom) -> None:
    age(room.hand_in("ada", WRONG))
    options = ("--folder", "submitted", "--once")
    status, said = room.run("autograder", "watch", NAME, *options)
    assert status == 0 and "1 submissions graded" in said, said
    assert room.scores("ada") == ZERO
    page = room.root / "feedback" / "ada" / NAME / f"{NAME}.html"
    assert page.exists()
    assert "0 submissions graded" in room.run("autograder", "watch", NAME, *options)[1]
    age(room.hand_in("ada", RIGHT), 30)
    assert "ada: 3 of 3 points" in room.run("autograder", "watch", NAME, *options)[1]
    # from elsewhere, with what must not be followed
    box = room.root.parent / "box" / "bob" / NAME
    box.mkdir(parents=True)
    nbformat.write(notebook(RIGHT), box / f"{NAME}.ipynb")
    (box / "link").symlink_to(room.root / "source")
    age(box)
    said = look(room, "--folder", str(room.root.parent / "box"))
    assert "bob: 3 of 3 points" in said
    assert "bob: not copied, or not as a whole: link" in said
    assert [path.name for path in (room.root / "submitted" / "bob" / NAME).iterdir()] == [
        f"{NAME}.ipynb"
    ]


def test_feedback_comes_at_most_so_often_a_day_and_the_newest_is_graded_on_the_next(
    room: TinyRoom,
) -> None:
    hand_in(room, "ada", 0, WRONG)
    look(room, "--times-a-day", "1")
    hand_in(room, "ada", 1, WRONG)
    last = hand_in(room, "ada", 2)
    said = look(room, "--times-a-day", "1")
    assert "ada: feedback given 1 times today; the newest submission waits until" in said
    assert room.scores("ada") == ZERO
    assert not last.exists()
    state = room.root / ".watch" / f"{NAME}.json"
    known = json.loads(state.read_text())
    (then,) = known["ada"]["times"]
    known["ada"]["times"] = [(datetime.fromisoformat(then) - timedelta(days=1)).isoformat()]
    state.write_text(json.dumps(known))
    age(room.root / "submitted")  # on the next day
    said = look(room, "--times-a-day", "1")
    assert "ada: 3 of 3 points" in said
    assert last.exists()


def test_one_odd_submission_costs_nobody_else(room: TinyRoom) -> None:
    page = hand_in(room, "ada")
    hand_in(room, "eve")
    (bad,) = (exchange(room) / "inbound").glob("eve+*")
    (bad / f"{NAME}.ipynb").write_text("no notebook")
    (exchange(room) / "inbound" / f"dora+{NAME}+soon+x").mkdir()
    age(bad)
    said = look(room)
    assert "ada: 3 of 3 points" in said and "eve: ? of 3 points" in said
    assert "dora+tiny+soon+x is not collected" in said
    assert page.exists()
    assert room.scores("eve") == NOBODY


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["nothing"], "There is no assignment 'nothing'"),
        ([NAME, "--folder", "nowhere"], "nowhere is no folder"),
        ([NAME, "--times-a-day", "-1"], "Invalid value for '--times-a-day'"),
    ],
)
def test_what_can_not_be_watched_is_said(room: TinyRoom, options: list[str], words: str) -> None:
    status, said = room.run("autograder", "watch", "--once", *options)
    assert status == 2 and words in " ".join(said.split()), said


def test_an_exchange_that_is_not_there_and_a_broken_memory_are_told(room: TinyRoom) -> None:
    room.configure('c.Exchange.root = "/nowhere/exchange"')
    status, said = room.run("autograder", "watch", NAME, "--once")
    assert status == 2
    assert "The exchange can't be watched" in said and "/nowhere/exchange" in said
    with watching(room) as process:
        assert process.stdout is not None
        wait_until(lambda: "Trying again every 5 seconds" in str(process.stdout.readline()))
    state = room.root / ".watch" / f"{NAME}.json"
    state.write_text("[")
    status, said = room.run("autograder", "watch", NAME, "--once")
    assert status == 2
    assert f"{state} is not what a watch has written" in said and "Delete it" in said
