"""What instructors and TAs read about a class."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from autograder.cli.app import Assignment, CourseFolder, app, console, report_grader_errors, trouble
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.files import write_atomically
from autograder.nbgrader.clusters import cluster_class, comment_on, comments_of
from autograder.nbgrader.gradebook import read_class
from autograder.nbgrader.report import report_class
from autograder.nbgrader.review import JUPYTER, review_class
from autograder.nbgrader.tables import write_tables
from autograder.pages.report import report_page
from autograder.pages.review import review_page
from autograder.terminal.clusters import show_clusters, show_commented
from autograder.terminal.gradebook import show_class
from autograder.terminal.review import show_review


@app.command("table")
def show_table(assignment: Assignment, course: CourseFolder = Path()) -> None:
    """Show the gradebook: every student's points in every task, and who waits for a person.

    Exit status: 0 if it could be shown, 2 if not.
    """
    with report_grader_errors():
        where = Course.at(course)
        show_class(console, read_class(where, assignment))


@app.command("review")
def review_assignment(
    assignment: Assignment,
    course: CourseFolder = Path(),
    html: Annotated[
        Path | None, typer.Option("--html", help="Write all of it to this file, as one page.")
    ] = None,
    jupyter: Annotated[
        str, typer.Option(help="The address of the Jupyter server with the formgrader.")
    ] = JUPYTER,
) -> None:
    """List what a person should look at in an assignment, the most urgent first.

    That is what was not graded, answers in words, limits that were met, what was unusual, points
    kept for follow-on errors, and what is wrong in a way that no known mistake explains.

    Exit status: 0 if it could be shown, 2 if not.
    """
    with report_grader_errors():
        where = Course.at(course)
        language = Settings.of(where.config()).language
        review = review_class(where, assignment, jupyter)
        show_review(console, review, language)
        if html is not None:
            write_atomically(html, review_page(review, language).encode())
            console.print(f"\nWritten: {html}", highlight=False)


@app.command("clusters")
def show_groups(assignment: Assignment, course: CourseFolder = Path()) -> None:
    """List who fails a task in the same way, the largest groups first, each with its id.

    The same way is the same typical mistake, the same cause, or the same test, call and answer.

    Exit status: 0 if it could be shown, 2 if not.
    """
    with report_grader_errors():
        where = Course.at(course)
        clusters = cluster_class(where, assignment)
        comments = comments_of(where, assignment, clusters)
        show_clusters(console, clusters, comments, Settings.of(where.config()).language)


@app.command("comment")
def comment_on_group(
    assignment: Assignment,
    group: Annotated[str, typer.Argument(help="A group's id, as `autograder clusters` shows.")],
    text: Annotated[
        str | None, typer.Argument(help="The comment, in Markdown.", show_default=False)
    ] = None,
    course: CourseFolder = Path(),
    undo: Annotated[bool, typer.Option("--undo", help="Take the group's comment back.")] = False,
) -> None:
    """Write a comment once for all submissions that fail a task in the same way.

    A person's own comment stays, and is what the student reads. The next feedback shows it.

    Exit status: 0 if it was written or taken back, 2 if not.
    """
    if (text is None) != undo:
        raise typer.BadParameter("Give a text, or --undo to take the comment back.")
    with report_grader_errors():
        done = comment_on(Course.at(course), assignment, group, text)
        show_commented(console, done, undone=undo)
        console.print(f"Their feedback: nbgrader generate_feedback {assignment} --force")


@app.command("report")
def report_assignment(
    assignment: Assignment,
    course: CourseFolder = Path(),
    html: Annotated[
        Path | None,
        typer.Option("--html", help="The page to write.", show_default="<assignment>-report.html"),
    ] = None,
    tables: Annotated[
        Path | None,
        typer.Option(
            "--csv", help="Also write tests, tasks, mistakes and students to this folder."
        ),
    ] = None,
    anonymous: Annotated[
        bool, typer.Option("--anonymous", help="Number the students instead of naming them.")
    ] = False,
) -> None:
    """Write a page on how an assignment went: scores, tasks, every hidden test, typical mistakes.

    Exit status: 0 if it was written, 2 if not.
    """
    with report_grader_errors():
        path = html or Path(f"{assignment}-report.html")
        report = report_class(Course.at(course), assignment, anonymous=anonymous)
        with trouble.status("drawing"):
            write_atomically(path, report_page(report).encode())
        console.print(f"Written: {path}", highlight=False, soft_wrap=True)
        if tables is not None:
            for written in write_tables(report, tables):
                console.print(f"Written: {written}", highlight=False, soft_wrap=True)
