"""The demo: a small class hands in, nbgrader grades it, and every student gets feedback.

Run by `make demo`. It works in `build/demo` and touches nothing that git knows.
"""

from __future__ import annotations

import shutil
import sys

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from autograder.terminal.gradebook import show_class
from tests.kit.courses import Classroom
from tests.kit.submissions import ASSIGNMENT, ROOT
from tests.kit.submissions.honest import CLASS

FOLDER = ROOT / "build" / "demo"
FOR_STAFF = (
    ("autograder", "review", ASSIGNMENT, "--html", "review.html"),
    ("autograder", "report", ASSIGNMENT, "--html", "report.html", "--csv", "report"),
    ("nbgrader", "export"),
    *(
        ("nbgrader", "export", "--exporter", f"autograder.nbgrader.platforms.{platform}")
        for platform in ("Moodle", "Canvas", "Gradescope")
    ),
)
console = Console()


def main() -> int:
    """Make the course folder, grade the class, show the table; the exit status."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    room = Classroom.make(FOLDER)
    console.print(f"[bold]1[/] generate the assignment {ASSIGNMENT}")
    room.run("nbgrader", "generate_assignment", ASSIGNMENT)
    console.print(f"[bold]2[/] {len(CLASS)} students hand in:")
    for submission in CLASS:
        console.print(f"    {submission.name:<8} {submission.tries}")
    room.hand_in(CLASS)
    grade_class(room)
    console.print("[bold]4[/] write the feedback")
    room.run("nbgrader", "generate_feedback", ASSIGNMENT)
    console.print("[bold]5[/] write what staff reads, and the grades for other platforms")
    for command in FOR_STAFF:
        room.run(*command)
    table = room.table()
    show_class(console, table)
    show_paths()
    return check(room)


def grade_class(room: Classroom) -> None:
    """nbgrader autograde, with a bar that moves with every submission."""
    columns = (TextColumn("[bold]3[/] grade {task.description}"), BarColumn(), MofNCompleteColumn())
    log = FOLDER / "autograde.log"
    with Progress(*columns, TimeElapsedColumn(), console=console) as bar, log.open("w") as file:
        work = bar.add_task("the class", total=len(CLASS))
        for line in room.lines("nbgrader", "autograde", ASSIGNMENT):
            file.write(line)
            if "submissions done" in line:
                bar.advance(work)


def show_paths() -> None:
    """Where to look next."""
    for what, where in (
        ("feedback pages", "feedback/<student>/next_token/next_token.html"),
        ("graded notebooks", "autograded/<student>/next_token/next_token.ipynb"),
        ("results as JSON", "autograded/<student>/next_token/next_token.result.json"),
        ("what to look at", "review.html"),
        ("how it went", "report.html, and report/*.csv"),
        ("grades", "grades.csv, moodle.csv, canvas.csv"),
        ("for Gradescope", "gradescope/next_token/<student>/results.json"),
        ("gradebook", "gradebook.db"),
        ("log", "autograde.log"),
    ):
        console.print(f"{what:<17} {FOLDER.relative_to(ROOT) / where}", highlight=False)


def check(room: Classroom) -> int:
    """Whether everybody got what the submission deserves."""
    wrong = [
        submission.name
        for submission in CLASS
        if {task.task: task.earned for task in room.grade(submission.name).tasks}
        != submission.earned()
    ]
    if wrong:
        console.print(f"[red]not the expected grade:[/] {', '.join(wrong)}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
