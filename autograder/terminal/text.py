"""How text, points and results look in the terminal."""

from __future__ import annotations

MARKS = {
    "passed": "[green]✓[/]",
    "failed": "[red]✗[/]",
    "untried": "[yellow]–[/]",
    "not graded": "[yellow]?[/]",
}
WAITS = "?"  # a person has to look
LONGEST = 300  # characters of a text in one line


def plain(text: str) -> str:
    """The text without what a terminal would obey, but with its lines."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "�" for letter in text)


def short(text: str) -> str:
    """The text in one line of bounded length."""
    text = plain(" ".join(text.split()))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def amount(points: float | None) -> str:
    """Points, or the sign that a person has to look."""
    return WAITS if points is None else f"{points:g}"
