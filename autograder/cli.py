"""The command `autograder`: what nbgrader's own commands do not offer."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode
from rich.console import Console

from autograder import __version__
from autograder.audit.audit import Audit
from autograder.audit.audit import audit as run_audit
from autograder.audit.cache import digest_of, lookup, store
from autograder.audit.release import examine_release
from autograder.course.draft import generate
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.doctor.machine import examine
from autograder.grading.intake import ReadJob, ReadResult, read_in_subprocess
from autograder.model.errors import GraderError
from autograder.model.grade import to_json
from autograder.model.messages import render
from autograder.nbgrader.gradebook import read_class
from autograder.nbgrader.watch import Watcher, watch
from autograder.pool.pool import GradingPool
from autograder.terminal.audit import show_audit, show_progress
from autograder.terminal.findings import show_findings
from autograder.terminal.grade import show_grade
from autograder.terminal.gradebook import show_class
from autograder.terminal.watch import log_to_terminal, until_stopped

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
    list[str] | None, typer.Option("--task", help="Only this task; repeat the option for several.")
]
Seeds = Annotated[
    int, typer.Option(min=0, help="How many seeds to repeat the tests of random draws with.")
]
Workers = Annotated[
    int,
    typer.Option(min=0, help="How many processes run at a time.", show_default="one for each core"),
]
SEEDS = 50


def show_version(asked: bool) -> None:
    """Print the version and end."""
    if asked:
        console.print(f"autograder {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=show_version, is_eager=True),
    ] = False,
) -> None:
    """The options without a command; the help text is the app's."""


@app.command("grade")
def grade_notebook(
    assignment: Assignment,
    notebook: Annotated[Path, typer.Argument(help="A submitted notebook.")],
    course: CourseFolder = Path(),
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the whole grade to this file.")
    ] = None,
    scheduler: Annotated[
        str,
        typer.Option(
            help="Have a worker of this Dask scheduler grade, as tcp://host:8786.",
            show_default="c.GradeSubmission.scheduler",
        ),
    ] = "",
) -> None:
    """Grade one notebook and show the result of every hidden test; the gradebook stays as it is.

    Exit status: 0 if everything was graded, 1 if a person has to look at something or the
    notebook can't be read, 2 if the command could not do its work.
    """
    with report_grader_errors():
        where = Course.at(course)
        source = where.source(assignment)
        settings = Settings.of(where.config())
        settings = replace(settings, scheduler=scheduler or settings.scheduler)
        with trouble.status(f"grading {notebook}"):
            submission = read_notebook_file(notebook, source, settings)
            with GradingPool(where.root, assignment, settings) as pool:
                grade = pool.grade(submission).result().grade
        show_grade(console, grade, settings.language)
        if json is not None:
            json.write_bytes(to_json(grade))
    raise typer.Exit(code=1 if grade.earned is None else 0)


@app.command("watch")
def watch_assignment(
    assignment: Assignment,
    course: CourseFolder = Path(),
    folder: Annotated[
        Path | None,
        typer.Option(
            help="Take submissions from FOLDER/<student>/<assignment>, as from the course's own "
            "`submitted`, instead of the exchange.",
        ),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    times_a_day: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="How often a student gets feedback on a day, 0 for every time.",
            show_default="c.Watch.times_a_day",
        ),
    ] = None,
) -> None:
    """Grade submissions as they come, and give every student feedback.

    What is new or newer in nbgrader's exchange is collected, graded, and its feedback written and
    released; of a folder the feedback is written. Ctrl-C ends it. The next watch goes on.

    Exit status: 0 if it was ended, or with --once if all was done, 2 if it could not do its work.
    """
    with report_grader_errors():
        where = Course.at(course)
        config = where.config()
        if times_a_day is not None:
            config.Watch.times_a_day = times_a_day
        watcher = Watcher(where, assignment, config, folder)
        with log_to_terminal(), until_stopped() as stop:
            watch(watcher, stop, once=once)


@app.command("table")
def show_table(assignment: Assignment, course: CourseFolder = Path()) -> None:
    """Show the gradebook: every student's points in every task, and who waits for a person.

    Exit status: 0 if it could be shown, 2 if not.
    """
    with report_grader_errors():
        where = Course.at(course)
        show_class(console, read_class(where, assignment))


@app.command("doctor")
def check_machine(course: CourseFolder = Path()) -> None:
    """Check what grading needs on this machine, and say what to do about anything missing.

    Exit status: 0 if everything is in place, 1 if something is missing.
    """
    with trouble.status("starting a kernel in a sandbox"):
        findings = list(examine(course))
    show_findings(console, findings)
    raise typer.Exit(code=0 if all(finding.fine for finding in findings) else 1)


@app.command("audit")
def audit_tests(
    assignment: Assignment,
    course: CourseFolder = Path(),
    task: Tasks = None,
    seeds: Seeds = SEEDS,
    workers: Workers = 0,
    json: Annotated[
        Path | None, typer.Option("--json", help="Write the whole audit to this file.")
    ] = None,
) -> None:
    """Try answers on the hidden tests: right answers must pass, wrong answers must fail.

    The answers are the reference solution, those in the folders variants and misconceptions
    of solutions, and small changes to the reference.

    Exit status: 0 if the tests may grade, 1 if they are too weak or too strict, 2 if they
    can't be tried.
    """
    with report_grader_errors():
        result = measure(Course.at(course), assignment, task or [], seeds, workers)
        if json is not None:
            json.write_bytes(to_json(result))
    raise typer.Exit(code=0 if result.passed else 1)


@app.command("release")
def release_assignment(
    assignment: Assignment,
    course: CourseFolder = Path(),
    seeds: Seeds = SEEDS,
    workers: Workers = 0,
) -> None:
    """Make the students' version with nbgrader generate_assignment, if the audit passes.

    An audit that passed stays valid until something that it depends on changes.

    Exit status: 0 if the release was made, 1 if the audit does not pass (release and gradebook
    then stay as they were), 2 if the release can't be made.
    """
    with report_grader_errors():
        where = Course.at(course)
        if passed := lookup(digest_of(where, assignment), seeds):
            console.print(f"Nothing has changed since the audit of {passed.day}, which passed.")
        elif not measure(where, assignment, [], seeds, workers).passed:
            trouble.print(f"autograder: {assignment} is not released.", style="red")
            raise typer.Exit(code=1)
        generate(where, assignment)
        console.print(f"Released: {where.root / 'release' / assignment}", highlight=False)


def measure(course: Course, assignment: str, tasks: list[str], seeds: int, workers: int) -> Audit:
    """Audit an assignment and its release, show the result, and store it if it passed."""
    course.source(assignment)  # raises GraderError for an unknown assignment
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
        store(digest, seeds)
    show_audit(console, result)
    return result


def read_notebook_file(notebook: Path, source: NotebookNode, settings: Settings) -> ReadResult:
    """The restored notebook; ends with status 1 and a message where nobody can read the file."""
    job = ReadJob(str(notebook), nbformat.writes(source), limits=settings.limits)
    result = read_in_subprocess(job)
    if result.noticed.fault is not None:
        fault = render(result.noticed.fault, "en")
        trouble.print(f"{notebook} was not graded: {fault}", markup=False, highlight=False)
        raise typer.Exit(code=1)
    return result


@contextlib.contextmanager
def report_grader_errors() -> Iterator[None]:
    """End with status 2 and a message, not with a traceback, where staff must do something."""
    try:
        yield
    except GraderError as error:
        said = f"autograder: {error}"
        trouble.print(said, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(code=2) from error
