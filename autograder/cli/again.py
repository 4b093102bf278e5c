"""Grade again: what a change would change, and whether a grade is what grading makes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import (
    Assignment,
    CourseFolder,
    app,
    configure,
    console,
    report_grader_errors,
)
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.files import write_atomically
from autograder.model.grade import to_json
from autograder.nbgrader.regrade import apply, regrade_class
from autograder.nbgrader.verify import verify_class
from autograder.terminal.regrade import show_regrade, show_verification


@app.command("regrade")
def regrade_assignment(
    assignment: Assignment,
    course: CourseFolder = Path(),
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only look; that is what happens without --apply.")
    ] = False,
    put: Annotated[
        bool, typer.Option("--apply", help="Write the new grades, once they were shown.")
    ] = False,
    allow_losses: Annotated[
        bool, typer.Option("--allow-losses", help="Also to those who have fewer points then.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write all that changes to this file.")
    ] = None,
) -> None:
    """Show who would gain or lose, test by test, after a change of tests, limits or reference.

    All that were graded are graded again, away from gradebook and results. --apply then writes the
    new scores in one transaction; what people gave stays, and who would lose keeps the old grade.

    Exit status: 0 if nobody loses or waits, 1 if somebody does, 2 if it could not be done.
    """
    if put and dry_run:
        raise typer.BadParameter("--dry-run and --apply exclude each other.")
    with report_grader_errors():
        where = Course.at(course)
        config = configure(where)
        found = regrade_class(where, assignment, config)
        show_regrade(console, found.regrade, Settings.of(config).language)
        if json is not None:
            write_atomically(json, to_json(found.regrade))
        if put:
            written, kept = apply(found, allow_losses=allow_losses)
            say_what_was_written(assignment, written, kept)
        elif found.regrade.changes:
            console.print(f"\nNothing was written. autograder regrade {assignment} --apply does.")
    losses = any(change.loses for change in found.regrade.changes)
    raise typer.Exit(code=1 if losses or found.regrade.left_out else 0)


def say_what_was_written(assignment: str, written: list[str], kept: list[str]) -> None:
    """Tell of the new grades, of who keeps the old one, and what is to do next."""
    console.print(f"\nWritten for {len(written)} students.", highlight=False)
    if kept:
        console.print(
            f"Kept the old grade, with more points: {', '.join(kept)} (--allow-losses writes it).",
            highlight=False,
            markup=False,
        )
    console.print(f"Their feedback: nbgrader generate_feedback {assignment} --force")


@app.command("verify")
def verify_grades(
    assignment: Assignment,
    student: Annotated[
        str | None, typer.Argument(help="Whose grade.", show_default="everybody's")
    ] = None,
    course: CourseFolder = Path(),
) -> None:
    """Grade again, and compare with the result file and the gradebook bit by bit.

    What was changed since is named: submission, hidden tests, reference, engine, packages, limits,
    the result file, the gradebook. Nothing is written.

    Exit status: 0 if all is the same, 1 if something is not, 2 if it could not be done.
    """
    with report_grader_errors():
        where = Course.at(course)
        config = configure(where)
        found = verify_class(where, assignment, config, student)
        for each in found:
            show_verification(console, each, Settings.of(config).language)
    raise typer.Exit(code=1 if any(each.findings or each.laws for each in found) else 0)
