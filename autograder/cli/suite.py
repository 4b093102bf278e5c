"""Prove the hidden tests of an assignment, and release it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from autograder.audit.audit import Audit
from autograder.audit.audit import audit as run_audit
from autograder.audit.cache import digest_of, lookup, store
from autograder.audit.release import examine_release
from autograder.cli.app import Assignment, CourseFolder, app, console, report_grader_errors, trouble
from autograder.course.draft import generate
from autograder.course.folder import Course
from autograder.model.grade import to_json
from autograder.terminal.audit import show_audit, show_progress

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
