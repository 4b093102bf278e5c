"""Grade one notebook, or submissions as they come; see whether this machine can."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbformat import NotebookNode

from autograder.cli.app import (
    Assignment,
    CourseFolder,
    app,
    configure,
    console,
    report_grader_errors,
    trouble,
)
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.doctor.machine import examine
from autograder.grading.intake import ReadJob, ReadResult, read_in_subprocess
from autograder.model.grade import to_json
from autograder.model.messages import render
from autograder.nbgrader.watch import Watcher, watch
from autograder.pool.pool import GradingPool
from autograder.terminal.findings import show_findings
from autograder.terminal.grade import show_grade
from autograder.terminal.watch import log_to_terminal, until_stopped


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
        config = configure(where)
        if times_a_day is not None:
            config.Watch.times_a_day = times_a_day
        watcher = Watcher(where, assignment, config, folder)
        with log_to_terminal(), until_stopped() as stop:
            watch(watcher, stop, once=once)


@app.command("doctor")
def check_machine(course: CourseFolder = Path()) -> None:
    """Check what grading needs on this machine, and say what to do about anything missing.

    Exit status: 0 if everything is in place, 1 if something is missing.
    """
    with trouble.status("starting a kernel in a sandbox"):
        findings = list(examine(course))
    show_findings(console, findings)
    raise typer.Exit(code=0 if all(finding.fine for finding in findings) else 1)


def read_notebook_file(notebook: Path, source: NotebookNode, settings: Settings) -> ReadResult:
    """The restored notebook; ends with status 1 and a message where nobody can read the file."""
    job = ReadJob(str(notebook), nbformat.writes(source), limits=settings.limits)
    result = read_in_subprocess(job)
    if result.noticed.fault is not None:
        fault = render(result.noticed.fault, "en")
        trouble.print(f"{notebook} was not graded: {fault}", markup=False, highlight=False)
        raise typer.Exit(code=1)
    return result
