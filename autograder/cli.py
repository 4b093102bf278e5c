"""The command `autograder`: what nbgrader's own commands do not offer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, cast

import typer
from nbformat import NotebookNode
from rich.console import Console

from autograder import report
from autograder.course import Course
from autograder.doctor import examine
from autograder.errors import GraderError
from autograder.grading import grade_apart
from autograder.intake import read_file
from autograder.limits import Limits
from autograder.model import to_json
from autograder.preprocessors import GradeSubmission, limits_of
from autograder.submission import restore
from autograder.texts import Language, say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade nbgrader notebooks with hidden tests, outside the student's process.",
)
console = Console()
trouble = Console(stderr=True)

CourseFolder = Annotated[
    Path, typer.Option("--course", help="The course folder.", show_default="this folder")
]
Assignment = Annotated[str, typer.Argument(help="The assignment, e.g. next_token.")]


@app.command()
def grade(
    assignment: Assignment,
    notebook: Annotated[Path, typer.Argument(help="A submitted notebook.")],
    course: CourseFolder = Path(),
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the whole grade to this file.")
    ] = None,
) -> None:
    """Grade one notebook and show every law; the gradebook is not touched.

    The exit status is 1 where something could not be graded.
    """
    with complaints():
        where = Course.at(course)
        source = where.source(assignment)
        step = GradeSubmission(config=where.config())
        submitted, noticed = read_submission(notebook, limits_of(step.config))
        restored = restore(submitted, source)
        with trouble.status(f"grading {notebook}"):
            result = grade_apart(step.job(str(where.root), assignment, restored.notebook))
        graded = result.grade.with_remarks([*noticed, *restored.remarks])
        report.show_grade(console, graded, cast(Language, step.language))
        if json is not None:
            json.write_bytes(to_json(graded))
    raise typer.Exit(code=1 if graded.earned is None else 0)


@app.command()
def table(assignment: Assignment, course: CourseFolder = Path()) -> None:
    """Show the gradebook: students by tasks, and who waits for a person."""
    with complaints():
        where = Course.at(course)
        report.show_class(console, report.read_class(where, assignment))


@app.command()
def doctor(course: CourseFolder = Path()) -> None:
    """Check what grading needs on this machine, and say what to do about what is missing.

    The exit status is 1 where something is.
    """
    with trouble.status("starting a kernel in a sandbox"):
        findings = list(examine(course))
    report.show_findings(console, findings)
    raise typer.Exit(code=0 if all(finding.fine for finding in findings) else 1)


def read_submission(path: Path, limits: Limits) -> tuple[NotebookNode, tuple[str, ...]]:
    """What was handed in, and what was unusual; raises GraderError where nobody can read it."""
    try:
        intake = read_file(path, limits)
    except OSError as error:
        raise GraderError(f"The notebook {path} can't be read: {error}.") from error
    if intake.notebook is None:
        raise GraderError(f"{path} can't be graded: {say(intake.fault or '', 'en')}")
    return intake.notebook, intake.remarks


@contextlib.contextmanager
def complaints() -> Iterator[None]:
    """End with status 2 and a message, not with a traceback, where staff must do something."""
    try:
        yield
    except GraderError as error:
        trouble.print(f"autograder: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(code=2) from error
