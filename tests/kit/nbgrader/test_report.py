"""`autograder report`: how an assignment went, as a page and as tables."""

from __future__ import annotations

import base64
import csv
import math
import re
from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model.grade import Counterexample, Diagnosis, Grade, Law, Outcome, TaskGrade
from autograder.model.report import SMALL, Report, StudentRow, point_biserial, report_on
from autograder.nbgrader.tables import write_tables
from autograder.pages.report import report_page
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

LAWS = [Law(f"test_{n}", "f" if n < 2 else "g", 1 + n, f"Gesetz {n}.") for n in range(3)]
IMAGE = re.compile(r'<img alt="([^"]*)" src="data:image/svg\+xml;base64,([^"]+)">')


def grade(*held: bool | None, mistakes: Sequence[str] = ()) -> Grade:
    """A grade in which these laws hold; None is not graded."""
    status = {True: "passed", False: "failed", None: "not graded"}
    outcomes = [Outcome(law, status[each]) for law, each in zip(LAWS, held, strict=True)]  # type: ignore[arg-type]
    named = tuple(Diagnosis(f"f__{name}", {"de": f"Du {name}."}) for name in mistakes)
    return Grade(
        "ps1",
        (
            TaskGrade("f", 3, tuple(outcomes[:2]), diagnoses=named),
            TaskGrade("g", 3, tuple(outcomes[2:])),
        ),
    )


def report(grades: Sequence[Grade], students: Sequence[StudentRow] = ()) -> Report:
    return report_on("ps1", grades, students, ["call_seconds", "cells", "call_seconds"], "de")


def test_laws_tasks_and_mistakes_are_counted() -> None:
    found = report(
        [
            grade(True, True, True),
            grade(True, False, True, mistakes=("raten", "runden")),
            grade(False, False, False, mistakes=("raten",)),
            grade(True, True, None),
        ]
    )
    assert [(law.held, law.graded) for law in found.laws] == [(0.75, 4), (0.5, 4), (2 / 3, 3)]
    assert [(task.mean, task.full) for task in found.tasks] == [(1.75, 0.5), (2, 2 / 3)]
    assert [(each.name, each.students) for each in found.mistakes] == [
        ("f__raten", 2),
        ("f__runden", 1),
    ]
    assert found.automatic == (6, 4, 0)
    assert found.limits == (("call_seconds", 2), ("cells", 1))
    assert found.small


def test_follow_on_errors_and_laws_that_could_not_be_tried_are_told_apart() -> None:
    premise = Counterexample("f()", "None", premise=True)
    outcomes = (
        Outcome(LAWS[0], "failed", premise),
        Outcome(LAWS[1], "failed", premise, follow_on=("e",), credit=1.0),
    )
    found = report([Grade("ps1", (TaskGrade("f", 3, outcomes),))])
    assert [(law.untried, law.follow_on) for law in found.laws] == [(1, 0), (0, 1)]


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=40))
def test_discrimination_is_the_point_biserial_correlation(pairs: list[tuple[bool, int]]) -> None:
    held, rest = [each for each, _ in pairs], [float(score) for _, score in pairs]
    found = point_biserial(held, rest)
    if len(set(held)) < 2 or len(set(rest)) < 2:
        assert found is None
        return
    with_, without = (
        [s for h, s in zip(held, rest, strict=True) if h is one] for one in (True, False)
    )
    n, mean = len(rest), sum(rest) / len(rest)
    deviation = math.sqrt(sum((s - mean) ** 2 for s in rest) / n)
    gap = sum(with_) / len(with_) - sum(without) / len(without)
    assert found == pytest.approx(gap / deviation * math.sqrt(len(with_) * len(without)) / n)


def test_a_law_is_set_against_the_points_of_the_others() -> None:
    grades = [grade(True, True, True), grade(False, True, False), grade(True, False, True)]
    first = report(grades).laws[0]
    assert first.discrimination == point_biserial([True, False, True], [2 + 3, 2, 3])


def test_the_page_has_its_figures_as_images_with_words_and_asks_the_network_for_nothing() -> None:
    hostile = "<script>x</script>"
    students = [StudentRow(hostile, None, 6, (hostile,)), StudentRow("ada", 6, 6)]
    html = report_page(report([grade(True, False, True, mistakes=(hostile,))] * 3, students))
    assert hostile not in html
    images = IMAGE.findall(html)
    assert len(images) == html.count("<img") == 4
    for words, data in images:
        assert len(unescape(words)) > 20
        svg = base64.b64decode(data).decode()
        assert svg.rstrip().endswith("</svg>")
        assert hostile not in svg
    assert not re.search(r"<script|src=\"http|href=\"http|url\(", html)
    assert html == report_page(
        report([grade(True, False, True, mistakes=(hostile,))] * 3, students)
    )


def test_the_page_of_a_class_in_which_nothing_was_graded_says_so() -> None:
    html = report_page(report([], [StudentRow("ada", None, 6, ("f",))]))
    assert "1 students, 0 of them graded" in html
    assert "<img" not in html


def test_a_thousand_students_are_no_trouble() -> None:
    students = [StudentRow(f"s{n}", 6, 6) for n in range(1000)]
    found = report([grade(n % 2 == 0, n % 3 == 0, n % 5 > 0) for n in range(1000)], students)
    assert not found.small and SMALL < 1000
    assert len(report_page(found)) < 1_000_000


def test_tables_are_read_back_and_hold_no_formula(tmp_path: Path) -> None:
    students = [StudentRow("=1+1", 6, 6), StudentRow("ada", None, 6, ("f", "g"))]
    paths = list(write_tables(report([grade(True, None, False)], students), tmp_path / "new"))
    assert [path.name for path in paths] == [
        f"ps1-{name}.csv" for name in ("laws", "tasks", "mistakes", "students")
    ]
    tables = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = list(csv.DictReader(file))
    assert [row["points"] for row in tables["ps1-students"]] == ["6", ""]
    assert tables["ps1-students"][0]["student"] == "'=1+1"
    assert [(row["law"], row["holds"]) for row in tables["ps1-laws"]] == [
        ("test_0", "1"),
        ("test_2", "0"),
    ]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class that was graded."""
    room = TinyRoom.make(tmp_path_factory.mktemp("report") / "course")
    for student, answers in {"ada": RIGHT, "bob": WRONG, "eve": RIGHT}.items():
        room.hand_in(student, answers)
    assert room.autograde()[0] == 0
    return room


def test_the_command_writes_page_and_tables(room: TinyRoom) -> None:
    status, said = room.run("autograder", "report", NAME, "--csv", "tables")
    assert status == 0, said
    html = (room.root / f"{NAME}-report.html").read_text(encoding="utf-8")
    assert "3 students, 3 of them graded" in html
    assert "67 %" in html and "Zweimal eins ist zwei" in html
    assert "bob" in html
    assert len(list((room.root / "tables").iterdir())) == 4


def test_an_anonymous_report_names_nobody(room: TinyRoom) -> None:
    options = ("--anonymous", "--html", "hidden.html", "--csv", "hidden")
    status, said = room.run("autograder", "report", NAME, *options)
    assert status == 0, said
    written = [room.root / "hidden.html", *(room.root / "hidden").iterdir()]
    for path in written:
        assert not re.search(r"\b(ada|bob|eve)\b", path.read_text(encoding="utf-8"))


def test_who_was_not_graded_yet_is_told_how(tmp_path: Path) -> None:
    empty = TinyRoom.make(tmp_path / "course")
    status, said = empty.run("autograder", "report", NAME)
    assert status == 2
    assert f"Grade with: nbgrader autograde {NAME}" in " ".join(said.split())
    assert not (empty.root / f"{NAME}-report.html").exists()
