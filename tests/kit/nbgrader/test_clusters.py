"""Who fails a task in the same way is one group, and a comment written once goes to all of it."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

HALF = {**RIGHT, "half": WRONG["half"]}
STUDENTS = {
    "anna": RIGHT,
    "ben": HALF,
    "clara": HALF,
    "dora": {**RIGHT, "half": "def half(x):\n    return x - 1.5"},
    "emil": WRONG,
}
TEXT = "Was ist die *Hälfte* von 2?"


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class in which three fail one task in the same way, and one in another."""
    room = TinyRoom.make(tmp_path_factory.mktemp("graded") / "course")
    for student, answers in STUDENTS.items():
        room.hand_in(student, answers)
    status, said = room.autograde()
    assert status == 0, said
    return room


@pytest.fixture
def room(graded: TinyRoom, tmp_path: Path) -> TinyRoom:
    """A copy of it."""
    return graded.copy(tmp_path / "course")


def groups(room: TinyRoom) -> dict[str, str]:
    """The groups' ids, by their students."""
    status, said = room.run("autograder", "clusters", NAME)
    assert status == 0, said
    heads = re.findall(r"^([0-9a-f]{6})  \d+  \w+ .*\n(?:      .*\n)*?      ([\w, ]+)$", said, re.M)
    return {students: name for name, students in heads}


def comments(room: TinyRoom) -> dict[str, str | None]:
    """What each student reads of the task `half`."""
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        return {
            student: book.find_comment("half", NAME, NAME, student).comment for student in STUDENTS
        }


def comment(room: TinyRoom, *arguments: str) -> str:
    """Comment; what was said."""
    status, said = room.run("autograder", "comment", NAME, *arguments)
    assert status == 0, said
    return said


def test_a_group_is_who_gives_the_same_wrong_answer_to_the_same_call(graded: TinyRoom) -> None:
    assert set(groups(graded)) == {"ben, clara, emil", "dora", "emil"}
    status, said = graded.run("autograder", "clusters", NAME)
    assert said.index("ben, clara, emil") < said.index("dora"), "the largest stands first"
    assert "half(2)" in said
    assert "→ 2" in said


def test_a_comment_goes_to_all_and_never_over_a_persons(room: TinyRoom) -> None:
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        book.find_comment("half", NAME, NAME, "clara").manual_comment = "Komm in die Sprechstunde."
        book.db.commit()
    group = groups(room)["ben, clara, emil"]
    said = comment(room, group, TEXT)
    assert "written to 2: ben, emil" in said
    assert "a person's comment is shown to 1: clara" in said
    after = {
        "anna": None,
        "ben": TEXT,
        "clara": "Komm in die Sprechstunde.",
        "dora": None,
        "emil": TEXT,
    }
    assert comments(room) == after
    comment(room, group, TEXT)
    assert comments(room) == after, "once more changes nothing"
    assert f"commented: {TEXT}" in room.run("autograder", "clusters", NAME)[1]
    status, said = room.run("nbgrader", "generate_feedback", NAME)
    assert status == 0, said
    pages = {
        student: (room.root / "feedback" / student / NAME / f"{NAME}.html").read_text()
        for student in STUDENTS
    }
    told = {student for student, page in pages.items() if "Was ist die <em>Hälfte</em>" in page}
    assert told == {"ben", "emil"}
    comment(room, group, "--undo")
    assert comments(room) == dict.fromkeys(STUDENTS) | {"clara": "Komm in die Sprechstunde."}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("clusters", "nothing"), "There is no assignment 'nothing'"),
        (("comment", NAME, "nothing", "x"), "There is no group 'nothing'. The largest are:"),
        (("comment", NAME, "nothing"), "Give a text, or --undo"),
        (("comment", NAME, "nothing", "x", "--undo"), "Give a text, or --undo"),
    ],
)
def test_what_cannot_be_done_is_said(
    graded: TinyRoom, arguments: tuple[str, ...], words: str
) -> None:
    status, said = graded.run("autograder", *arguments)
    assert status == 2
    assert words in " ".join(said.replace("│", " ").split())


def test_an_empty_comment_and_a_locked_gradebook_write_nothing(room: TinyRoom) -> None:
    group = groups(room)["ben, clara, emil"]
    status, said = room.run("autograder", "comment", NAME, group, "  ")
    assert (status, "A comment has from 1 to" in said) == (2, True)
    held = sqlite3.connect(room.root / "gradebook.db", isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    try:
        status, said = room.run("autograder", "comment", NAME, group, TEXT)
    finally:
        held.rollback()
        held.close()
    assert (status, "locked" in said) == (2, True), said
    assert comments(room) == dict.fromkeys(STUDENTS)
