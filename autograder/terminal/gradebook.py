"""Show the gradebook of a class in the terminal: students by tasks."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from autograder.nbgrader.gradebook import ClassTable, Row
from autograder.terminal.text import WAITS, amount, plain

WIDEST_NAME = 24
MOST_NOTES = 8  # of a student in the class table; the result file has all
LONGEST_NOTE = 300


def show_class(console: Console, table: ClassTable) -> None:
    """Students by tasks, with who waits for a person and what each can reach."""
    if not table.rows:
        console.print("Nobody has been graded yet.")
        return
    console.print(layout(table))
    names = [f"{number} {name}" for number, (name, _) in enumerate(table.cells, start=1)]
    console.print(escape("   ".join(names)), highlight=False)
    show_notes(console, table.rows)


def layout(table: ClassTable) -> Table:
    """The table: a column for each task and the sum, a row for each student."""
    shown = Table(
        caption=f"{WAITS}  a person has to look   !  something was unusual: see below",
        box=None,
        padding=(0, 0, 0, 1),
        pad_edge=False,
    )
    longest = max(len(row.student) for row in table.rows)
    shown.add_column("student", overflow="fold", min_width=min(longest, WIDEST_NAME))
    for number, (_, points) in enumerate(table.cells, start=1):
        shown.add_column(f"{number}\n/{points:g}", justify="right", no_wrap=True)
    most = sum(points for _, points in table.cells)
    shown.add_column(f"sum\n/{most:g}", justify="right", no_wrap=True)
    for row in table.rows:
        total = sum(points for points in row.points if points is not None)
        waits = WAITS if None in row.points else ""
        mark = "[yellow]![/] " if row.notes else ""
        shown.add_row(
            mark + escape(plain(row.student)), *map(amount, row.points), f"{total:g}{waits}"
        )
    return shown


def show_notes(console: Console, rows: Sequence[Row]) -> None:
    """What was unusual about submissions, a student a paragraph."""
    for row in rows:
        if row.notes:
            console.print(f"\n[bold]{escape(plain(row.student))}[/]", highlight=False)
        for note in row.notes[:MOST_NOTES]:
            text = plain(" ".join(note.split()))[:LONGEST_NOTE]
            console.print(f"  [yellow]![/] {escape(text)}", highlight=False)
        if len(row.notes) > MOST_NOTES:
            console.print(f"    and {len(row.notes) - MOST_NOTES} more: see the result file")
