"""Show in the terminal what of a class a person should look at."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape

from autograder.model.messages import Language, render
from autograder.model.review import Matter, Review
from autograder.terminal.text import short

MOST = 20  # of a kind; the page has all


def show_review(console: Console, review: Review, language: Language) -> None:
    """The matters by their kinds, the most urgent first."""
    if not review.matters:
        console.print(f"{review.students} submissions, and nothing that a person has to look at.")
        return
    for kind, count in review.counts.items():
        console.print(f"\n[bold]{kind}[/] ({count})", highlight=False)
        for matter in review.of(kind)[:MOST]:
            show_matter(console, matter, language)
        if count > MOST:
            console.print(f"  and {count - MOST} more: --html FILE writes them all")


def show_matter(console: Console, matter: Matter, language: Language) -> None:
    """Who, which task, what, and where to look."""
    where = f"{matter.student}  {matter.task}".rstrip()
    console.print(
        f"  [cyan]{escape(short(where))}[/]  {escape(short(matter.what))}", highlight=False
    )
    if matter.call:
        console.print(f"      {escape(short(matter.call))}", highlight=False)
        console.print(f"      → {escape(short(render(matter.found, language)))}", highlight=False)
        if matter.expected is not None:
            said = short(render(matter.expected, language))
            console.print(f"      ≠ {escape(said)}", highlight=False)
    if matter.address:
        console.print(f"      {escape(matter.address)}", highlight=False, soft_wrap=True)
