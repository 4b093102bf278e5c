"""What staff read of a grade in the terminal."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from rich.console import Console

from autograder.model.grade import Counterexample, Diagnosis, Grade, Law, Outcome, TaskGrade
from autograder.model.messages import Language, Message
from autograder.nbgrader.gradebook import ClassTable, Row
from autograder.terminal.grade import show_grade
from autograder.terminal.gradebook import show_class

LAW = Law(test="test_sum", task="softmax", points=1, sentence="Die Summe ist 1.")


def shown(diagnosis: Diagnosis | None, language: Language = "de") -> list[str]:
    """The lines about one task that lost its points."""
    found = () if diagnosis is None else (diagnosis,)
    task = TaskGrade("softmax", 1, (Outcome(LAW, "failed"),), diagnoses=found)
    console = Console(file=io.StringIO(), width=200)
    show_grade(console, Grade("ps1", (task,)), language)
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("language", "line"), [("de", "  → Was ergibt `sum(p)`?"), ("en", "  → What is `sum(p)`?")]
)
def test_the_hint_at_a_misconception_stands_below_the_laws(language: Language, line: str) -> None:
    hints: dict[Language, str] = {"de": "Was ergibt `sum(p)`?", "en": "What is `sum(p)`?"}
    lines = shown(Diagnosis("softmax__x", hints), language)
    assert lines.index(line) == lines.index("  ✗ Die Summe ist 1.") + 1


def test_a_hint_at_a_misconception_shows_its_brackets_and_steers_no_terminal() -> None:
    lines = shown(Diagnosis("softmax__x", {"de": "p = [red] <script>\x1b[2J"}))
    assert "  → p = [red] <script>�[2J" in lines


@pytest.mark.parametrize("diagnosis", [None, Diagnosis("softmax__x", {})])
def test_without_a_hint_the_laws_stand_alone(diagnosis: Diagnosis | None) -> None:
    assert not any("→" in line for line in shown(diagnosis))


# --- what others wrote steers no terminal ----------------------------------------


def written(show: Any, *arguments: Any) -> str:
    """What a function writes to a terminal."""
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    show(console, *arguments)
    return console.file.getvalue()  # type: ignore[attr-defined]


STEERING = "\x1b[2J\x1b]0;pwned\x07[red]\u202eTEXT[/]\r\x9b2J"
COLOURS = re.compile(r"\x1b\[[\d;]*m")


def test_no_name_steers_the_terminal_of_the_class_table() -> None:
    said = written(show_class, ClassTable((("test_softmax", 2),), (Row(STEERING, (1.0,)),)))
    assert "[red]" in said and "TEXT[/]" in said
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", COLOURS.sub("", said))


def test_no_value_steers_the_terminal_of_a_grade() -> None:
    law = Law(test="t", task="softmax", points=1, sentence="x")
    case = Counterexample(STEERING, Message.of("raised", kind=STEERING, text=STEERING), STEERING)
    tasks = (TaskGrade("softmax", 1, (Outcome(law, "failed", case),)),)
    said = written(show_grade, Grade("ps1", tasks, (STEERING,)), "de")
    plain = COLOURS.sub("", said)
    assert plain.count("[red]") == 5
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", plain)
