"""A grade that can be checked (`verify`), and changed with care (`regrade`)."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, SUITE, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

STUDENTS = {"anna": RIGHT, "ben": {**RIGHT, "half": WRONG["half"]}, "clara": WRONG}
LENIENT = SUITE.replace("agree(student.half(2), 1)", "agree(student.half(0), 0)")
STRICT = SUITE.replace("agree(student.double(1), 2)", "agree(student.double(1), 3)")
LATE = """
from nbgrader.plugins import BasePlugin


class Half(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
"""


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class that was graded."""
    room = TinyRoom.make(tmp_path_factory.mktemp("graded") / "course")
    for student, answers in STUDENTS.items():
        room.hand_in(student, answers)
    (room.root / "submitted" / "anna" / NAME / "timestamp.txt").write_text(
        "2026-11-02 10:00:00 UTC", encoding="ascii"
    )
    status, said = room.autograde()
    assert status == 0, said
    return room


@pytest.fixture
def room(graded: TinyRoom, tmp_path: Path) -> TinyRoom:
    """A copy of it."""
    return graded.copy(tmp_path / "course")


def state(room: TinyRoom) -> object:
    """All that grading has made."""
    return room.everything(STUDENTS)


def change(room: TinyRoom, student: str, **entries: object) -> None:
    """Change a student's result file."""
    path = room.result(student)
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) | entries
    path.chmod(0o644)
    path.write_text(json.dumps(data), encoding="utf-8")


def book(room: TinyRoom) -> Gradebook:
    """The gradebook."""
    return Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models")


def give(room: TinyRoom, student: str, cell: str, **scores: object) -> None:
    """Set columns of a student's entry in the gradebook."""
    with book(room) as opened:
        for grade in opened.find_submission_notebook(NAME, NAME, student).grades:
            if grade.name == cell:
                for name, value in scores.items():
                    setattr(grade, name, value)
        opened.db.commit()


def law(room: TinyRoom, text: str) -> None:
    """Change the hidden tests."""
    path = room.root / "tests" / "hidden" / NAME / "test_tiny.py"
    path.write_text(text, encoding="utf-8")


def told(said: str, *parts: str) -> bool:
    """Whether all parts stand in one line of what was said."""
    return any(all(part in line for part in parts) for line in said.splitlines())


# --- what a result says ---------------------------------------------------------


def test_a_result_says_whose_it_is_and_on_what_it_rests(graded: TinyRoom) -> None:
    result = json.loads(graded.result("anna").read_text(encoding="utf-8"))
    assert [result[name] for name in ("student", "assignment", "notebook")] == ["anna", NAME, NAME]
    assert (result["earned"], result["points"]) == (3.0, 3.0)
    assert result["submitted"] == "2026-11-02T10:00:00"
    assert [task["earned"] for task in result["tasks"]] == [1.0, 2.0]
    digests = [result["submission"], *(result["method"][name] for name in ("suite", "engine"))]
    assert all(len(each) == 64 for each in digests)
    assert {"Python", "numpy", "hypothesis", "pytest"} <= result["method"]["versions"].keys()
    assert result["method"]["seed"] == 0
    assert result["method"]["limits"]["call_seconds"] > 0
    ben = json.loads(graded.result("ben").read_text(encoding="utf-8"))
    assert ben["submitted"] is None
    assert ben["submission"] != result["submission"]
    assert ben["method"] == result["method"]


# --- verify -----------------------------------------------------------------------


def test_a_grade_that_was_left_alone_is_verified_bit_by_bit(graded: TinyRoom) -> None:
    before = state(graded)
    status, said = graded.run("autograder", "verify", NAME)
    assert status == 0, said
    for student, earned in (("anna", "3"), ("ben", "1"), ("clara", "0")):
        assert told(said, f"{student}: {earned} of 3 points", "the same bit by bit")
    assert state(graded) == before


@pytest.fixture(scope="module")
def forged(graded: TinyRoom, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said of a class in which something was changed for each student."""
    room = graded.copy(tmp_path_factory.mktemp("forged") / "course")
    give(room, "anna", "test_half", auto_score=0.5)
    room.hand_in("ben", RIGHT)
    tasks = json.loads(room.result("clara").read_text(encoding="utf-8"))["tasks"]
    tasks[0]["outcomes"][0]["status"] = "passed"
    change(room, "clara", tasks=tasks)
    status, said = room.run("autograder", "verify", NAME)
    assert status == 1, said
    return said


def test_a_changed_gradebook_is_named(forged: str) -> None:
    assert told(forged, "the gradebook has 0.5 for half, the result file 2")


def test_a_changed_submission_is_named(forged: str) -> None:
    assert told(forged, "the submission was changed since")
    assert told(forged, "half", "failed → passed, +2")


def test_a_changed_result_is_named(forged: str) -> None:
    assert told(forged, "clara: 1 of 3 points")
    assert told(forged, "the result file is not what grading makes")
    assert told(forged, "double", "passed → failed, -1")


def test_what_is_graded_in_another_way_now_is_named(room: TinyRoom) -> None:
    law(room, LENIENT)
    room.configure("c.GradeSubmission.limits = {'call_seconds': 3.5}")
    status, said = room.run("autograder", "verify", NAME, "ben")
    assert status == 1, said
    assert told(said, "the hidden tests changed")
    assert told(said, "limit call_seconds is 3.5 instead of")
    assert "anna" not in said


def test_a_result_of_an_older_version_is_verified_by_its_laws(room: TinyRoom) -> None:
    data = json.loads(room.result("anna").read_text(encoding="utf-8"))
    old = {name: data[name] for name in ("assignment", "tasks", "remarks")}
    room.result("anna").chmod(0o644)
    room.result("anna").write_text(json.dumps(old), encoding="utf-8")
    status, said = room.run("autograder", "verify", NAME, "anna")
    assert status == 1, said
    assert told(said, "of an older version, which did not say how it was made")
    assert "→" not in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("verify", NAME, "nobody"), "nobody has no result in tiny that could be verified"),
        (("verify", "nothing"), "There is no assignment 'nothing'"),
        (("regrade", "nothing"), "There is no assignment 'nothing'"),
        (("regrade", NAME, "--dry-run", "--apply"), "exclude each other"),
    ],
)
def test_what_cannot_be_done_is_said(
    graded: TinyRoom, arguments: tuple[str, ...], words: str
) -> None:
    status, said = graded.run("autograder", *arguments)
    assert status == 2
    assert words in " ".join(said.split())


def test_a_class_that_nobody_graded_is_named(tmp_path: Path) -> None:
    room = TinyRoom.make(tmp_path / "course")
    room.hand_in("anna")
    for command in ("verify", "regrade"):
        status, said = room.run("autograder", command, NAME)
        assert status == 2
        assert told(said, "Grade with: nbgrader autograde tiny")


# --- regrade ----------------------------------------------------------------------


def test_a_dry_run_says_who_gains_and_why_and_writes_nothing(room: TinyRoom) -> None:
    law(room, LENIENT)
    before = state(room)
    status, said = room.run("autograder", "regrade", NAME, "--dry-run", "--json", "changes.json")
    assert status == 0, said
    assert state(room) == before
    assert told(said, "changed since: the hidden tests changed")
    assert told(said, "ben: 1 → 3 points")
    assert told(said, "clara: 0 → 2 points")
    assert told(said, "half", "failed → passed, +2")
    assert told(said, "before: half(2) → 2")
    assert told(said, "1 students: no law has another outcome.")
    changes = json.loads((room.root / "changes.json").read_text(encoding="utf-8"))
    assert [each["student"] for each in changes["changes"]] == ["ben", "clara"]


def test_nothing_that_changed_changes_nothing(graded: TinyRoom) -> None:
    status, said = graded.run("autograder", "regrade", NAME)
    assert status == 0, said
    assert told(said, "changed since: nothing")
    assert told(said, "3 students: no law has another outcome.")


def test_what_people_gave_stays_and_losers_keep_their_grade(room: TinyRoom) -> None:
    give(room, "clara", "test_half", manual_score=1.5)
    law(room, STRICT)
    before = room.everything(STUDENTS)
    status, said = room.run("autograder", "regrade", NAME, "--apply")
    assert status == 1, said
    assert told(said, "anna: 3 → 2 points")
    assert told(said, "now: double(1) → 2")
    assert told(said, "clara: 0 → 1 points")
    assert told(said, "Kept the old grade", "anna, ben")
    assert {s: room.scores(s) for s in ("anna", "ben")} == {
        s: before[s][0] for s in ("anna", "ben")
    }
    assert room.result("anna").read_bytes() == before["anna"][1]
    assert room.scores("clara") == {"test_double": 1.0, "test_half": 0.0}
    with book(room) as opened:
        notebook = opened.find_submission_notebook(NAME, NAME, "clara")
        assert {g.name: g.manual_score for g in notebook.grades}["test_half"] == 1.5
    assert room.run("autograder", "verify", NAME, "clara")[0] == 0
    assert not (room.root / ".regrade" / NAME).exists()
    status, said = room.run("autograder", "regrade", NAME, "--apply", "--allow-losses")
    assert room.scores("anna") == {"test_double": 0.0, "test_half": 2.0}
    status, said = room.run("autograder", "verify", NAME)
    assert status == 0, said


def test_a_new_grade_carries_its_penalty_for_lateness(room: TinyRoom) -> None:
    (room.root / "late.py").write_text(LATE, encoding="utf-8")
    room.configure('c.AssignLatePenalties.plugin_class = "late.Half"')
    due = "--duedate=2026-11-01 00:00:00 UTC"
    status, said = room.run("nbgrader", "db", "assignment", "add", NAME, due)
    assert status == 0, said
    with book(room) as opened:  # as nbgrader has it once the time of the submission is known
        assert opened.find_submission(NAME, "anna").total_seconds_late > 0
    give(room, "anna", "why", manual_score=1.0, needs_manual_grade=False)
    law(room, SUITE + "\n# the same\n")
    assert room.run("autograder", "regrade", NAME, "--apply")[0] == 0
    with book(room) as opened:
        assert opened.find_submission_notebook(NAME, NAME, "anna").late_submission_penalty == 2.0


def test_a_newer_submission_is_left_to_autograde(room: TinyRoom) -> None:
    room.hand_in("ben", RIGHT)
    room.hand_in("dora", RIGHT)
    shutil.rmtree(room.root / "submitted" / "clara")
    law(room, LENIENT)
    before = state(room)
    status, said = room.run("autograder", "regrade", NAME, "--apply")
    assert status == 1, said
    assert told(said, "ben", "another notebook was handed in since")
    assert told(said, "clara", "the submission is gone")
    assert told(said, "dora", "never graded")
    after = room.everything(STUDENTS)
    assert [after[s] for s in ("ben", "clara")] == [dict(before)[s] for s in ("ben", "clara")]  # type: ignore[call-overload]


@pytest.fixture
def locked(room: TinyRoom) -> Iterator[TinyRoom]:
    """A course whose gradebook somebody else holds."""
    held = sqlite3.connect(room.root / "gradebook.db", isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    yield room
    held.rollback()
    held.close()


def test_a_locked_gradebook_leaves_all_as_it_was(locked: TinyRoom) -> None:
    law(locked, LENIENT)
    before = {student: locked.result(student).read_bytes() for student in STUDENTS}
    began = time.monotonic()
    status, said = locked.run("autograder", "regrade", NAME, "--apply")
    assert status == 2, (said, time.monotonic() - began)
    assert told(said, "the gradebook can't be used", "locked")
    assert {s: locked.result(s).read_bytes() for s in STUDENTS} == before
