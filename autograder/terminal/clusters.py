"""Show in the terminal who fails a task in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape

from autograder.model.cluster import Cluster
from autograder.model.listing import listed
from autograder.model.messages import Language, render
from autograder.nbgrader.clusters import Commented
from autograder.terminal.text import short

NAMED = 8  # students in a line


def show_clusters(
    console: Console, clusters: Sequence[Cluster], comments: Mapping[str, str], language: Language
) -> None:
    """The groups, the largest first, each with its id, who is in it and its comment."""
    if not clusters:
        console.print("Nobody lost points by a mistake of their own.")
    for each in clusters:
        head = f"[cyan]{each.id}[/]  {len(each.students)}  [bold]{escape(each.task)}[/]"
        console.print(f"{head}  {line(each.what)}", highlight=False)
        if each.call:
            console.print(f"      {line(each.call)}", highlight=False)
            console.print(f"      → {line(render(each.found, language))}", highlight=False)
        console.print(f"      {line(listed(each.students, NAMED))}", highlight=False)
        if each.id in comments:
            console.print(f"      commented: {line(comments[each.id])}", highlight=False)


def show_commented(console: Console, done: Commented, *, undone: bool) -> None:
    """Who has the comment now, or has it no more, and where a person's stands."""
    what = "taken back from" if undone else "written to"
    console.print(
        f"{what} {len(done.written)}: {line(listed(done.written, NAMED))}", highlight=False
    )
    if done.kept:
        shown = line(listed(done.kept, NAMED))
        console.print(f"a person's comment is shown to {len(done.kept)}: {shown}", highlight=False)
    if done.missing:
        shown = line(listed(done.missing, NAMED))
        console.print(f"unknown to the gradebook, {len(done.missing)}: {shown}", highlight=False)


def line(text: str) -> str:
    """A text in one line of bounded length, as it stands in rich's markup."""
    return escape(short(text))
