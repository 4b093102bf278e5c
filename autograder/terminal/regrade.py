"""Show in the terminal what grading again changes, or that it changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from autograder.model.messages import Language, render
from autograder.model.regrade import Change, LawChange, Regrade
from autograder.nbgrader.verify import Verification
from autograder.terminal.text import amount, short


def show_regrade(console: Console, regrade: Regrade, language: Language) -> None:
    """Who gains and who loses, law by law, and why."""
    say(console, f"changed since: {'; '.join(regrade.because) or 'nothing'}")
    groups = (
        ("lose", [each for each in regrade.changes if each.loses]),
        ("gain", [each for each in regrade.changes if each.gains]),
        ("same points", [each for each in regrade.changes if not (each.loses or each.gains)]),
    )
    for name, changes in groups:
        if changes:
            console.print(f"\n[bold]{name}[/] ({len(changes)})", highlight=False)
        for change in changes:
            show_change(console, change, language)
    if regrade.left_out:
        console.print(f"\n[bold]left as they are[/] ({len(regrade.left_out)})", highlight=False)
        for student, why in regrade.left_out.items():
            say(console, f"  {student}: {why}")
    console.print(f"\n{len(regrade.same)} students: no law has another outcome.", highlight=False)


def show_change(console: Console, change: Change, language: Language) -> None:
    """One student's points and laws."""
    say(console, f"  {change.student}: {amount(change.before)} → {amount(change.after)} points")
    show_laws(console, change.laws, language)


def show_laws(console: Console, laws: Iterable[LawChange], language: Language) -> None:
    """The laws with another outcome, each with the call that tells."""
    for law in laws:
        status = f"{law.before or 'not there'} → {law.after or 'not there'}"
        say(console, f"    {law.task}: {law.sentence} {status}, {law.points:+g}")
        if law.call:
            when = "now" if law.after == "failed" else "before"
            found = render(law.found, language)
            say(console, f"      {when}: {law.call} → {found}")
        elif law.reason is not None:
            say(console, f"      {render(law.reason, language)}")


def show_verification(console: Console, found: Verification, language: Language) -> None:
    """Whether a grade is what grading makes, and what is not as it was."""
    head = f"{found.student}: {amount(found.earned)} of {found.points:g} points"
    if not found.findings and not found.laws:
        say(console, f"{head}: graded again, the same bit by bit; so is the gradebook")
        return
    say(console, head)
    for finding in found.findings:
        say(console, f"  {finding}")
    show_laws(console, found.laws, language)


def say(console: Console, text: str) -> None:
    """A line of bounded length, without what could move a terminal's cursor."""
    indent = text[: len(text) - len(text.lstrip())]
    console.print(escape(indent + short(text)), highlight=False, soft_wrap=True)
