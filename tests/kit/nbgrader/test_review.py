"""`autograder review`: what a person should look at, the most urgent first."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from autograder.model.grade import Counterexample, Diagnosis, Law, Outcome, TaskGrade
from autograder.model.messages import Message
from autograder.model.review import KINDS, Matter, Review, by_urgency, kind_of_remark
from autograder.nbgrader.review import fold_laws, unexplained
from autograder.pages.review import review_page
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

ODD = "o'neil & söhne"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class that was graded, but for one who came late."""
    room = TinyRoom.make(tmp_path_factory.mktemp("review") / "course")
    for student, answers in {"ada": RIGHT, ODD: WRONG, "broken": RIGHT}.items():
        room.hand_in(student, answers)
    assert room.autograde()[0] == 0
    room.hand_in("late", RIGHT)
    room.result("broken").write_text('{"of": "another version"}')
    return room


def review(room: TinyRoom, *options: str) -> str:
    status, said = room.run("autograder", "review", NAME, *options)
    assert status == 0, said
    return said


def test_the_most_urgent_comes_first_and_everything_has_an_address(room: TinyRoom) -> None:
    said = review(room)
    kinds = re.findall(r"^([a-z -]+) \(\d+\)$", said, re.MULTILINE)
    assert kinds == ["not graded", "free text", "unexplained"]
    ungraded = said[said.index("not graded") : said.index("free text")]
    assert "late" in ungraded and "broken" in ungraded
    assert "run nbgrader autograde again" in " ".join(ungraded.split())
    assert len(re.findall(r"http://localhost:8888/formgrader/submissions/[0-9a-f]{32}", said)) == 5


def test_what_nobody_knows_is_shown_with_its_smallest_call(room: TinyRoom) -> None:
    unknown = review(room).partition("unexplained")[2]
    assert f"{ODD} double" in unknown
    assert "double(1)" in unknown and "→ 3" in unknown and "≠ 2.0" in unknown
    assert "ada" not in unknown


def test_the_page_says_the_same(room: TinyRoom, tmp_path: Path) -> None:
    path = tmp_path / "review.html"
    said = review(room, "--html", str(path), "--jupyter", "https://hub.example/user/me/")
    assert str(path) in "".join(said.split("\n"))
    html = path.read_text(encoding="utf-8")
    assert "o&#39;neil &amp; söhne" in html
    assert "https://hub.example/user/me/formgrader/submissions/" in html
    assert "double(1)" in html
    assert not re.search(r"<script|https?://(?!hub\.example)|\son\w+=", html)
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    assert text.index("Not graded") < text.index("Answers in words") < text.index("Wrong in a way")


def test_who_was_not_graded_yet_is_told_how(tmp_path: Path) -> None:
    empty = TinyRoom.make(tmp_path / "course")
    for assignment, words in ((NAME, f"Grade with: nbgrader autograde {NAME}"), ("x", "no assign")):
        status, said = empty.run("autograder", "review", assignment)
        assert status == 2
        assert words in " ".join(said.split())


def outcome(test: str, worth: float, call: str = "f(1)") -> Outcome:
    """A broken law."""
    return Outcome(Law(test, "f", worth, test), "failed", Counterexample(call, "1", "2"))


def test_a_task_is_unexplained_where_neither_a_mistake_nor_a_cause_is_known() -> None:
    small, large = outcome("test_a", 1), outcome("test_b", 2)
    task = TaskGrade("f", 3, (small, large))
    assert unexplained(task) == large
    named = Diagnosis("f__x", {}, ("test_a",))
    for known in (
        TaskGrade("f", 3, (small, large), diagnoses=(named,)),
        TaskGrade("f", 3, (small, large), why=Message.of("why_none", name="f")),
        TaskGrade("f", 3, (Outcome(small.law, "passed"),)),
        TaskGrade("f", 3, (Outcome(small.law, "failed", small.counterexample, None, ("g",)),)),
    ):
        assert unexplained(known) is None


def test_remarks_that_differ_in_the_law_alone_are_one() -> None:
    remarks = [f"top_k: limit call_seconds in test_{name}" for name in "abc"]
    assert fold_laws(["cell x: its locked text was restored", *remarks]) == [
        "top_k: limit call_seconds (3 times)",
        "cell x: its locked text was restored",
    ]
    assert [kind_of_remark(each) for each in ("limit outputs", "a cell")] == ["limit", "unusual"]


def test_matters_are_sorted_by_urgency_and_then_by_student() -> None:
    mixed = [Matter(kind, student, "x") for kind in reversed(KINDS) for student in ("b", "a")]
    ordered = by_urgency(mixed)
    assert [each.kind for each in ordered] == [kind for kind in KINDS for _ in "ab"]
    assert [each.student for each in ordered[:2]] == ["a", "b"]


def test_nothing_to_look_at_is_said(tmp_path: Path) -> None:
    html = review_page(Review("ps1", 3, ()), "de")
    assert "nothing that a person has to look at" in html


def test_the_page_holds_for_a_thousand_students() -> None:
    hostile = "<script>x</script>"
    matters = tuple(
        Matter("unexplained", f"s{n}{hostile}", hostile, "f", "", hostile, hostile, hostile)
        for n in range(1000)
    )
    html = review_page(Review("ps1", 1000, matters), "de")
    assert hostile not in html
    assert html.count("<article>") == 1000
    assert len(html) < 1_000_000
