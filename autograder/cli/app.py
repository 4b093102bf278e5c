"""The command `autograder`, what its commands share, and how they end."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from traitlets.config import Config

from autograder import __version__
from autograder.course.folder import Course
from autograder.model.errors import GraderError

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


def configure(course: Course) -> Config:
    """The course's settings, which may name classes of modules beside them.

    nbgrader's commands look for those in the course folder as well.
    """
    if (root := str(course.root)) not in sys.path:
        sys.path.insert(0, root)
    return course.config()


@contextlib.contextmanager
def report_grader_errors() -> Iterator[None]:
    """End with status 2 and a message, not with a traceback, where staff must do something."""
    try:
        yield
    except GraderError as error:
        said = f"autograder: {error}"
        trouble.print(said, style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(code=2) from error
