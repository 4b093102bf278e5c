"""Show an audit in the terminal: what was asked of the suite, and what each law is worth."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from itertools import groupby

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from autograder.audit.audit import Audit
from autograder.audit.checks import Check
from autograder.audit.results import Done
from autograder.terminal.text import MARKS, plain

MOST_PROBLEMS = 12  # of a check; the JSON file has all
LINES = 20  # of progress, where no terminal can show a bar


def show_audit(console: Console, audit: Audit) -> None:
    """The checks with their problems, the worth of each law, and the verdict."""
    show_worth(console, audit)
    show_power(console, audit)
    show_besides(console, audit)
    for check in audit.checks:
        show_check(console, check)
    bad = sum(bool(check.problems) for check in audit.checks)
    verdict = (
        f"[green]The hidden tests of {escape(audit.assignment)} may grade.[/]"
        if audit.passed
        else f"[red]The hidden tests of {escape(audit.assignment)} fall short in {bad} of "
        f"{len(audit.checks)} checks.[/]"
    )
    console.print(f"\n{verdict}")


def show_check(console: Console, check: Check) -> None:
    """One check in a line, and a line for each problem."""
    mark = MARKS["failed" if check.problems else "passed"]
    console.print(f"{mark} {escape(check.name)}: {escape(check.found)}", highlight=False)
    for problem in check.problems[:MOST_PROBLEMS]:
        text = plain(problem).replace("\n", "\n      ")
        console.print(f"    [red]•[/] {escape(text)}", highlight=False)
    if (more := len(check.problems) - MOST_PROBLEMS) > 0:
        console.print(f"    and {more} more: --json writes them all")


def show_worth(console: Console, audit: Audit) -> None:
    """What each law catches, a task after the other."""
    table = Table(
        title="wrong answers that each law catches, those that no other law does, and\n"
        "behavioural mutants that it kills",
        box=None,
        padding=(0, 1),
        title_justify="left",
    )
    table.add_column("law", overflow="fold")
    for name in ("points", "caught", "alone", "subtle"):
        table.add_column(name, justify="right")
    for task, laws in groupby(audit.worth, key=lambda law: law.task):
        table.add_row(f"[bold]{escape(task)}[/]")
        for law in laws:
            caught = str(law.caught) if law.caught or law.subtle else "[red]0[/]"
            alone = str(law.alone) if law.alone else "[dim]–[/]"
            subtle = str(law.subtle) if law.subtle else "[dim]–[/]"
            table.add_row(f"  {escape(law.test)}", f"{law.points:g}", caught, alone, subtle)
    console.print(table)
    console.print()


def show_power(console: Console, audit: Audit) -> None:
    """How surely chance catches what nothing else does."""
    for power in audit.power:
        share = f"{power.caught} of {power.runs} runs"
        console.print(f"caught by chance alone: {escape(power.name)}: {share}", highlight=False)
    if audit.power:
        console.print()


def show_besides(console: Console, audit: Audit) -> None:
    """How many laws a misconception breaks, a task each, and which it loses besides."""
    table = Table(
        title="laws that misconceptions break by their own rule, and lose besides", box=None
    )
    table.title_justify = "left"
    for name in ("task", "misconceptions", "break", "besides"):
        table.add_column(name, justify="left" if name == "task" else "right", overflow="fold")
    answers = [each for each in audit.answers if each.kind == "misconception"]
    for task, group in groupby(answers, key=lambda answer: answer.name.partition("__")[0]):
        own = list(group)
        besides = sum(len(answer.besides) for answer in own)
        broken = sum(len(answer.broken) for answer in own) - besides
        table.add_row(escape(task), str(len(own)), str(broken), str(besides or "[dim]–[/]"))
        for answer in own:
            if answer.besides:
                tests = ", ".join(test for _, test in answer.besides)
                table.add_row(f"  [dim]{escape(answer.name)}: {escape(tests)}[/]")
    console.print(table)
    console.print()


@contextlib.contextmanager
def show_progress(console: Console) -> Iterator[Done]:
    """How many answers have been tried: a bar in a terminal, a line now and then in a log."""
    if not console.is_terminal:
        yield lambda done, total: log_progress(console, done, total)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        shown = bar.add_task("trying answers", total=None)
        yield lambda done, total: bar.update(shown, completed=done, total=total)


def log_progress(console: Console, done: int, total: int) -> None:
    """A line for each twentieth that is done."""
    if done * LINES // total > (done - 1) * LINES // total:
        console.print(f"tried {done} of {total} answers", highlight=False)
