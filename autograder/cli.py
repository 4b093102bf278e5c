"""The command `autograder`: what nbgrader's own commands do not offer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, cast

import nbformat
import typer
from rich.console import Console

from autograder import __version__
from autograder.audit.audit import Audit
from autograder.audit.audit import audit as run_audit
from autograder.audit.audit import to_json as audit_to_json
from autograder.audit.cache import digest_of, keep_proof, recall_proof
from autograder.audit.release import examine_release
from autograder.course.draft import generate
from autograder.course.folder import Course
from autograder.doctor.machine import examine
from autograder.grading.intake import Handed, read_apart
from autograder.grading.process import grade_in_subprocess
from autograder.model.cells import read_notebook
from autograder.model.errors import GraderError
from autograder.model.grade import to_json
from autograder.model.messages import Language, say
from autograder.nbgrader.preprocessors import GradeSubmission, limits_of
from autograder.terminal import report
from autograder.terminal.audit import show_audit, show_progress

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Grade the notebooks of an nbgrader course with hidden tests that students can't reach.",
    epilog="Exit status, also of nbgrader autograde: 0 if all is graded and fine, 1 if a person "
    "has to look at something (not graded, unreadable, a check that fails), 2 if the command could "
    "not do its work.",
)
console = Console()
trouble = Console(stderr=True)

CourseFolder = Annotated[
    Path, typer.Option("--course", help="The course folder.", show_default="this folder")
]
Assignment = Annotated[str, typer.Argument(help="The assignment, e.g. next_token.")]
Tasks = Annotated[
    list[str] | None, typer.Option("--task", help="Only this task; can be given several times.")
]
Seeds = Annotated[
    int, typer.Option(min=0, help="Repeat the tests of random draws with so many seeds.")
]
Workers = Annotated[
    int, typer.Option(min=0, help="Processes at a time.", show_default="one for each core")
]
SEEDS = 50


def tell_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        console.print(f"autograder {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=tell_version, is_eager=True),
    ] = False,
) -> None:
    """What can be asked without a command; the help text is the app's."""


@app.command()
def grade(
    assignment: Assignment,
    notebook: Annotated[Path, typer.Argument(help="A submitted notebook.")],
    course: CourseFolder = Path(),
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the whole grade to this file.")
    ] = None,
) -> None:
    """Grade one notebook and show what every hidden test found. The gradebook is not touched.

    Exit status: 0 if all of it was graded, 1 if something waits for a person, also where nobody
    can read the notebook, 2 if the command could not do its work.
    """
    with complaints():
        where = Course.at(course)
        source = where.source(assignment)
        step = GradeSubmission(config=where.config())
        handed = Handed(str(notebook), nbformat.writes(source), limits=limits_of(step.config))
        with trouble.status(f"grading {notebook}"):
            reading = read_apart(handed)
            if reading.fault is not None:
                fault = say(reading.fault, "en")
                trouble.print(f"{notebook} was not graded: {fault}", markup=False, highlight=False)
                raise typer.Exit(code=1)
            restored = read_notebook(reading.notebook, name=str(notebook))
            result = grade_in_subprocess(step.job(str(where.root), assignment, restored))
        graded = result.grade.with_remarks(reading.remarks)
        report.show_grade(console, graded, cast(Language, step.language))
        if json is not None:
            json.write_bytes(to_json(graded))
    raise typer.Exit(code=1 if graded.earned is None else 0)


@app.command()
def table(assignment: Assignment, course: CourseFolder = Path()) -> None:
    """Show the gradebook: the points of every student in every task, and who waits for a person.

    Exit status: 0 if it could be shown, 2 if not.
    """
    with complaints():
        where = Course.at(course)
        report.show_class(console, report.read_class(where, assignment))


@app.command()
def doctor(course: CourseFolder = Path()) -> None:
    """Check what grading needs on this machine, and say what to do about what is missing.

    Exit status: 0 if everything is in place, 1 if something is missing.
    """
    with trouble.status("starting a kernel in a sandbox"):
        findings = list(examine(course))
    report.show_findings(console, findings)
    raise typer.Exit(code=0 if all(finding.fine for finding in findings) else 1)


@app.command()
def audit(
    assignment: Assignment,
    course: CourseFolder = Path(),
    task: Tasks = None,
    seeds: Seeds = SEEDS,
    workers: Workers = 0,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the whole audit to this file.")
    ] = None,
) -> None:
    """Try right and wrong answers on the hidden tests: right ones must pass, wrong ones must not.

    The answers are the reference, those in the folders variants and misconceptions of
    solutions, and small changes to the reference.

    Exit status: 0 if the tests may grade, 1 if they are too weak or too strict, 2 if they
    can't be tried.
    """
    with complaints():
        result = measure(Course.at(course), assignment, task or [], seeds, workers)
        if json is not None:
            json.write_bytes(audit_to_json(result))
    raise typer.Exit(code=0 if result.passed else 1)


@app.command()
def release(
    assignment: Assignment,
    course: CourseFolder = Path(),
    seeds: Seeds = SEEDS,
    workers: Workers = 0,
) -> None:
    """Make what students get with nbgrader generate_assignment, if the audit passes.

    An audit that passed counts until something changes that it depends on.

    Exit status: 0 if it was made, 1 if the audit does not pass (release and gradebook are
    then as before), 2 if it can't be made.
    """
    with complaints():
        where = Course.at(course)
        if proof := recall_proof(digest_of(where, assignment), seeds):
            console.print(f"Nothing has changed since the audit of {proof.day}, which passed.")
        elif not measure(where, assignment, [], seeds, workers).passed:
            trouble.print(f"autograder: {assignment} is not released.", style="red")
            raise typer.Exit(code=1)
        generate(where, assignment)
        console.print(f"Released: {where.root / 'release' / assignment}", highlight=False)


def measure(course: Course, assignment: str, tasks: list[str], seeds: int, workers: int) -> Audit:
    """The audit of a suite with its release, shown as it is made; what passes is remembered."""
    course.source(assignment)  # or the complaint that there is none
    digest = digest_of(course, assignment)
    with show_progress(trouble) as done:
        result = run_audit(
            course.root,
            assignment,
            lambda: examine_release(course, assignment),
            seeds=seeds,
            workers=workers or os.cpu_count() or 1,
            tasks=tasks,
            done=done,
        )
    if result.passed and not tasks and digest == digest_of(course, assignment):
        keep_proof(digest, seeds)
    show_audit(console, result)
    return result


@contextlib.contextmanager
def complaints() -> Iterator[None]:
    """End with status 2 and a message, not with a traceback, where staff must do something."""
    try:
        yield
    except GraderError as error:
        trouble.print(f"autograder: {error}", style="red", markup=False, highlight=False)
        raise typer.Exit(code=2) from error
