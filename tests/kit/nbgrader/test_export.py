"""`nbgrader export` says who is graded, who waits, and what each task earned."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.nbgrader.export import COLUMNS, harmless
from autograder.submission.receipt import TIMESTAMP
from tests.kit.courses import TinyRoom

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

THEN, NOW = datetime(2026, 11, 24, 12), datetime(2026, 11, 24, 13)
TESTS = {"test_double": 1.0, "test_half": 2.0}
Scores = dict[str, float | None]
ALL: Scores = {"test_double": 1.0, "test_half": 0.5, "why": 1.0}
STUDENTS: dict[str, tuple[Scores, Scores]] = {  # automatic and manual
    "ada": (ALL | {"why": None}, {"why": 0.5}),
    "ben": (ALL | {"why": None}, {}),  # free text
    "cleo": (ALL | {"test_half": None}, {}),  # the grader's fault
    "dora": (ALL | {"test_half": None}, {"test_half": 0.25}),  # a person decided
    "emil": (ALL, {}),  # handed in again since
    "fee": (dict.fromkeys(ALL), {}),  # a grading that was interrupted
    "gus": (ALL, {}),  # late
}


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A course with a gradebook in which all that can be has happened."""
    room = TinyRoom.make(tmp_path_factory.mktemp("export") / "course", release=False)
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        for assignment, cells in {"tiny": [*TESTS, "why"], "later": ["test_double"]}.items():
            book.add_assignment(assignment, duedate=NOW)
            book.add_notebook(assignment, assignment)
            for cell in cells:
                kind = "markdown" if cell == "why" else "code"
                most = TESTS.get(cell, 1.0)
                book.add_grade_cell(cell, assignment, assignment, max_score=most, cell_type=kind)
        book.add_student("zoe", last_name='=HYPERLINK("http://x")', first_name='Zoë, or "Z"')
        book.add_student("ada", first_name="Ada", email="ada@example.org", lms_user_id="4711")
        for student, (automatic, manual) in STUDENTS.items():
            book.update_or_create_student(student, last_name="Müller")
            submission = book.add_submission("tiny", student, timestamp=THEN)
            for grade in submission.notebooks[0].grades:
                grade.auto_score, grade.manual_score = automatic[grade.name], manual.get(grade.name)
                grade.needs_manual_grade = (
                    None in (grade.auto_score,) and grade.manual_score is None
                )
            folder = room.root / "autograded" / student / "tiny"
            folder.mkdir(parents=True)
            if student != "fee":
                (folder / "tiny.result.json").write_text("{}")
        late = book.find_submission_notebook("tiny", "tiny", "gus")
        late.late_submission_penalty = 2.0
        book.db.commit()
    again = room.root / "submitted" / "emil" / "tiny"
    new = room.root / "submitted" / "-new" / "tiny"
    for folder in (again, new):
        folder.mkdir(parents=True)
        (folder / TIMESTAMP).write_text(f"{NOW} UTC")
    return room


@pytest.fixture(scope="module")
def rows(room: TinyRoom) -> dict[tuple[str, str], dict[str, str]]:
    """What nbgrader's command wrote, by assignment and student."""
    status, said = room.run("nbgrader", "export", "--to", "sheet.csv")
    assert status == 0, said
    found = read_table(room.root / "sheet.csv")
    return {(row["assignment"], row["student_id"]): row for row in found}


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def export(room: TinyRoom, platform: str, *options: str) -> str:
    """Export for a platform; what was said."""
    exporter = f"--exporter=autograder.nbgrader.platforms.{platform}"
    status, said = room.run("nbgrader", "export", exporter, *options)
    assert status == 0, said
    return said


Rows = dict[tuple[str, str], dict[str, str]]


def test_nbgraders_columns_keep_their_names_and_every_task_has_one(rows: Rows) -> None:
    names = list(next(iter(rows.values())))
    assert names == [*COLUMNS, "task double", "task half", "task why"]
    assert names[:11] == [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name"),
        *("email", "raw_score", "late_submission_penalty", "score", "max_score"),
    ]


def test_there_is_a_row_for_each_student_and_assignment_sorted(rows: Rows) -> None:
    students = sorted([*STUDENTS, "zoe"])
    later = [("later", student) for student in students]
    assert list(rows) == [*later, ("tiny", "'-new"), *(("tiny", student) for student in students)]


def test_the_status_says_who_waits_and_for_what(rows: Rows) -> None:
    assert {student: row["status"] for (name, student), row in rows.items() if name == "tiny"} == {
        "'-new": "grading unfinished",
        "ada": "final",
        "ben": "waits for a person",
        "cleo": "waits for a person",
        "dora": "final",
        "emil": "grading unfinished",
        "fee": "grading unfinished",
        "gus": "final",
        "zoe": "not handed in",
    }
    assert rows["later", "ada"]["status"] == "not handed in"


def test_a_sum_stands_only_where_it_is_final(rows: Rows) -> None:
    sums = ("raw_score", "late_submission_penalty", "score")
    found = {s: tuple(row[c] for c in sums) for (name, s), row in rows.items() if name == "tiny"}
    nothing = ("", "", "")
    assert found == dict.fromkeys(found, nothing) | {
        "ada": ("2.0", "0.0", "2.0"),
        "dora": ("2.25", "0.0", "2.25"),
        "gus": ("2.5", "2.0", "0.5"),
    }
    assert {row["max_score"] for (name, _), row in rows.items() if name == "tiny"} == {"4.0"}


def test_what_was_not_graded_is_empty_and_no_zero(rows: Rows) -> None:
    def tasks(student: str) -> list[str]:
        return [rows["tiny", student][f"task {task}"] for task in ("double", "half", "why")]

    assert tasks("ada") == ["1.0", "0.5", "0.5"]
    assert tasks("ben") == ["1.0", "0.5", ""]
    assert tasks("cleo") == ["1.0", "", "1.0"]
    assert tasks("dora") == ["1.0", "0.25", "1.0"]
    assert tasks("fee") == tasks("zoe") == ["", "", ""]


def test_a_name_breaks_no_row_and_is_no_formula(rows: Rows) -> None:
    row = rows["tiny", "zoe"]
    assert row["last_name"] == '\'=HYPERLINK("http://x")'
    assert row["first_name"] == 'Zoë, or "Z"'
    assert rows["tiny", "ada"]["last_name"] == "Müller"


# --- other platforms --------------------------------------------------------------

SCORES = {"ada": "2.0", "dora": "2.25", "gus": "0.5"}


def test_moodle_gets_a_column_an_assignment_and_no_number_that_is_not_final(room: TinyRoom) -> None:
    said = export(room, "Moodle")
    rows = read_table(room.root / "moodle.csv")
    assert list(rows[0]) == [
        *("First name", "Last name", "ID number", "Username", "Email address"),
        *("later", "tiny"),
    ]
    found = {row["Username"]: row for row in rows}
    assert {name: row["tiny"] for name, row in found.items()} == (
        dict.fromkeys([*STUDENTS, "zoe", "'-new"], "") | SCORES
    )
    assert found["ada"] == {
        "First name": "Ada",
        "Last name": "Müller",
        "ID number": "4711",
        "Username": "ada",
        "Email address": "ada@example.org",
        "later": "",
        "tiny": "2.0",
    }
    assert found["zoe"]["Last name"].startswith("'=")
    line = next(line for line in said.splitlines() if "tiny: no grade yet" in line)
    waiting = ["-new", "ben", "cleo", "emil", "fee"]
    assert "for 5 students" in line
    assert all(f"{name} (" in line for name in waiting)
    assert "zoe" not in line


def test_canvas_gets_its_five_columns_and_the_points_possible(room: TinyRoom) -> None:
    export(room, "Canvas", "--to", "for canvas.csv", "--assignment", "['tiny']")
    first, *rows = read_table(room.root / "for canvas.csv")
    assert list(first) == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "tiny"]
    assert (first["Student"], first["tiny"]) == ("    Points Possible", "4.0")
    found = {row["SIS Login ID"]: row for row in rows}
    assert {name: row["tiny"] for name, row in found.items() if row["tiny"]} == SCORES
    assert (found["ada"]["Student"], found["ada"]["ID"]) == ("Müller, Ada", "4711")


def test_gradescope_gets_a_file_for_each_final_grade(room: TinyRoom) -> None:
    said = export(room, "Gradescope", "--assignment", "['tiny']")
    folder = room.root / "gradescope" / "tiny"
    files = {path.parent.name: json.loads(path.read_text()) for path in folder.glob("*/*.json")}
    assert set(files) == set(SCORES)
    gus = files["gus"]
    assert gus["score"] == 0.5
    assert "2 points are taken off" in gus["output"]
    assert [(t["name"], t["score"], t["max_score"], t["status"]) for t in gus["tests"]] == [
        ("double", 1.0, 1.0, "passed"),
        ("half", 0.5, 2.0, "failed"),
        ("why", 1.0, 1.0, "passed"),
    ]
    assert "ben (waits for a person)" in said


def test_one_student_can_be_asked_for(room: TinyRoom) -> None:
    export(room, "Moodle", "--to", "one.csv", "--student", "['dora']")
    assert [row["Username"] for row in read_table(room.root / "one.csv")] == ["dora"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *[(f"{sign}1+1", f"'{sign}1+1") for sign in "=+-@\uff1d\uff0b\uff0d\uff20"],
        *[("\t=1", "'\t'=1"), ("\tx", "'\tx"), ("\r=1", "'\r'=1"), ("  =1", "'  =1")],
        *[("x;=1", "x;'=1"), ("x,\n-1", "x,\n'-1"), ("Anna-Lena a@b.c", "Anna-Lena a@b.c")],
        *[("", ""), (-1.5, -1.5), (None, None)],
    ],
)
def test_text_is_made_harmless_and_numbers_stay(value: object, written: object) -> None:
    assert harmless(value) == written
