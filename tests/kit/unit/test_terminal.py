"""What staff read of a grade in the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.model.grade import Diagnosis, Grade, Law, Outcome, TaskGrade
from autograder.model.messages import Language
from autograder.terminal.grade import show_grade

LAW = Law(test="test_sum", task="softmax", points=1, sentence="Die Summe ist 1.")


def shown(diagnosis: Diagnosis | None, language: Language = "de") -> list[str]:
    """The lines about one task that lost its points."""
    task = TaskGrade("softmax", 1, (Outcome(LAW, "failed"),), diagnosis=diagnosis)
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
