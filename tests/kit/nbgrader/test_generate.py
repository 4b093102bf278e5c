"""Several feedback pages are made at a time: the same ones, and whatever breaks."""

from __future__ import annotations

import os
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

STUDENTS = tuple(f"s{number}" for number in range(5))
COMMAND = ("nbgrader", "generate_feedback", NAME)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class that was graded."""
    room = TinyRoom.make(tmp_path_factory.mktemp("feedback") / "course")
    for number, student in enumerate(STUDENTS):
        room.hand_in(student, WRONG if number % 2 else RIGHT)
    assert room.autograde()[0] == 0
    return room


def pages(room: TinyRoom) -> dict[str, bytes]:
    """Every file of the feedback."""
    folder = room.root / "feedback"
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def page(student: str) -> str:
    return str(Path(student, NAME, f"{NAME}.html"))


def test_any_number_of_workers_makes_the_same_pages(room: TinyRoom) -> None:
    found = []
    for number in (1, 3):
        room.configure(f"c.GradeSubmission.workers = {number}")
        status, said = room.run(*COMMAND, "--force")
        assert status == 0, said
        assert "5 of 5 submissions done, 0 failed" in said
        found.append(pages(room))
    assert found[0] == found[1]
    assert set(found[0]) >= set(map(page, STUDENTS))
    assert found[0][page("s0")] != found[0][page("s1")]


def test_what_is_there_is_left_alone(room: TinyRoom) -> None:
    room.run(*COMMAND, "--force")
    before = {path: path.stat().st_mtime_ns for path in (room.root / "feedback").rglob("*.html")}
    status, said = room.run(*COMMAND)
    assert status == 0, said
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert len(before) == len(STUDENTS)


def test_a_notebook_that_is_broken_costs_its_own_page_alone(room: TinyRoom) -> None:
    notebook = room.root / "autograded" / "s2" / NAME / f"{NAME}.ipynb"
    content = notebook.read_text(encoding="utf-8")
    try:
        notebook.write_text("no notebook", encoding="utf-8")
        status, said = room.run(*COMMAND, "--force")
        assert status == 1
        assert said.count("There is no feedback page for ") == 1
        assert f"autograded/s2/{NAME}\n" in said
        assert set(map(page, STUDENTS)) - set(pages(room)) == {page("s2")}
    finally:
        notebook.write_text(content, encoding="utf-8")
    assert room.run(*COMMAND)[0] == 0
    assert set(map(page, STUDENTS)) <= set(pages(room))


def test_an_interrupt_keeps_the_pages_that_are_made(room: TinyRoom) -> None:
    room.configure("c.GradeSubmission.workers = 1")
    room.run(*COMMAND, "--force")
    whole = pages(room)
    shutil.rmtree(room.root / "feedback")
    with room.start(*COMMAND) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "1 of 5 submissions done" in line:
                os.killpg(process.pid, signal.SIGINT)
    assert process.returncode != 0
    made = pages(room)
    assert 0 < len(set(made) & set(map(page, STUDENTS))) < len(STUDENTS)
    assert made.items() <= whole.items()
    assert room.run(*COMMAND)[0] == 0
    assert pages(room) == whole


def change(room: TinyRoom, days: int | None, **extension: int) -> None:
    """Set the due date to so many days from now, and give students more days."""
    now = datetime.now(UTC).replace(tzinfo=None)
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}") as book:
        book.find_assignment(NAME).duedate = None if days is None else now + timedelta(days)
        for submission in book.assignment_submissions(NAME):
            more = extension.get(submission.student.id)
            submission.extension = None if more is None else timedelta(days=more)
        book.db.commit()


def shown(room: TinyRoom, student: str) -> set[str]:
    """Which parts of a broken law a student's page shows."""
    text = pages(room)[page(student)].decode()
    parts = {"law": "Zweimal eins ist zwei", "call": "double(1)", "expected": "Erwartet"}
    return {part for part, words in parts.items() if words in text}


def test_students_see_as_much_as_the_due_date_allows_and_pages_are_made_anew_after_it(
    room: TinyRoom,
) -> None:
    try:
        change(room, 1)
        assert room.run(*COMMAND, "--force")[0] == 0
        assert shown(room, "s1") == {"law", "call"}
        assert "zeigt die Rückmeldung mehr" in pages(room)[page("s0")].decode()
        made = {path: path.stat().st_mtime_ns for path in (room.root / "feedback").rglob("*.html")}
        assert room.run(*COMMAND)[0] == 0
        assert {path: path.stat().st_mtime_ns for path in made} == made
        for path in made:  # as if it had been made two days ago
            os.utime(path, (time.time() - 2 * 86_400,) * 2)
        change(room, -1, s3=5)
        status, said = room.run(*COMMAND)
        assert status == 0, said
        assert shown(room, "s1") == {"law", "call", "expected"}
        assert shown(room, "s3") == {"law", "call"}  # who may still hand in
        assert "zeigt die Rückmeldung mehr" not in pages(room)[page("s1")].decode()
    finally:
        change(room, None)


def test_the_setting_reaches_tasks_and_laws(room: TinyRoom) -> None:
    room.configure(
        "c.GenerateFeedback.reveal = "
        f"{{'*': 'laws', '{NAME}/half': 'points', '{NAME}/double/test_two': 'all'}}"
    )
    try:
        assert room.run(*COMMAND, "--force")[0] == 0
        assert shown(room, "s1") == {"law", "call", "expected"}
        assert "Die Hälfte von zwei" not in pages(room)[page("s1")].decode()
    finally:
        room.configure()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c.GenerateFeedback.reveal = {'*': 'everything'}", "'everything', which is no level"),
        ("c.GenerateFeedback.reveal = {'*': {'soon': 'all'}}", "the moment 'soon'"),
        (f"c.GenerateFeedback.reveal = {{'{NAME}/duoble': 'all'}}", f"mean '{NAME}/double'"),
        ("c.Exchange.timezone = 'Europe/Bonn'", "no time zone of this machine"),
    ],
)
def test_a_setting_that_can_not_be_meant_makes_no_page(
    room: TinyRoom, line: str, said: str
) -> None:
    room.configure(line)
    try:
        before = pages(room)
        status, words = room.run(*COMMAND, "--force")
        assert status == 2
        assert said in words
        assert "Traceback" not in words
        assert pages(room) == before
    finally:
        room.configure()


def test_the_language_of_grading_is_that_of_the_pages(room: TinyRoom) -> None:
    room.configure("c.GradeSubmission.language = 'en'")
    try:
        assert room.run(*COMMAND, "--force")[0] == 0
        assert "Feedback on Zwei Funktionen" in pages(room)[page("s1")].decode()
        assert "does not hold" in pages(room)[page("s1")].decode()
    finally:
        room.configure()
