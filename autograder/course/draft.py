"""Have nbgrader make an assignment: in a scratch folder, for good, or for the gradebook alone.

How it works: the gradebook knows an assignment from the making of its release. Where the
release came by itself, with a clone of the course, the gradebook learns it from the source,
but only if the source still makes just that release: points, cells and checksums are then
those of what students have. Coordinators that share a gradebook enter it one after the other.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.coursedir import CourseDirectory

from autograder.course.database import has_tables, open_gradebook, url_of, waiting_for_turn
from autograder.course.folder import Course
from autograder.model.cells import nbgrader_of, read_notebook, text_of
from autograder.model.errors import GraderError

LONGEST = 2000  # characters of what nbgrader said


def enter_assignment(course: Course, assignment: str, *options: str) -> None:
    """Have the gradebook know what was released; raises GraderError where that is not sure.

    `options` are nbgrader's, for another gradebook than the course's.
    """
    compare_release(course, assignment)
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    for option in options:
        name, _, value = option.removeprefix("--CourseDirectory.").partition("=")
        setattr(directory, name, value)
    with waiting_for_turn(directory), tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        if not knows(directory, assignment):  # another coordinator may have entered it meanwhile
            generate(course, assignment, *options, f"--CourseDirectory.release_directory={scratch}")


def compare_release(course: Course, assignment: str) -> None:
    """Raises GraderError unless the assignment was released, just as the source makes it now."""
    release = released(course, assignment)
    remedy = f"Make the release with: autograder release {assignment}"
    if not list(release.glob("*.ipynb")):
        raise GraderError(f"{assignment} has not been released: {release} is empty. {remedy}")
    with draft_release(course, assignment) as draft:
        for path in sorted(draft.glob("*.ipynb")):
            if contract(path) != contract(release / path.name):
                raise GraderError(
                    f"{release / path.name} is not what the source makes now, so it is not "
                    f"sure what students have. {remedy}"
                )


def released(course: Course, assignment: str) -> Path:
    """Where an assignment's release lies."""
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    return Path(directory.format_path(directory.release_directory, ".", assignment))


def is_known(directory: CourseDirectory, assignment: str) -> bool:
    """Whether the gradebook knows an assignment's notebooks; a new gradebook is not made.

    Raises GraderError where the gradebook can't be used.
    """
    with waiting_for_turn(directory):
        return knows(directory, assignment)


def knows(directory: CourseDirectory, assignment: str) -> bool:
    """The same, for who has the turn."""
    url = url_of(directory)
    file = url.database or ""
    if url.get_backend_name() != "sqlite":
        if not has_tables(directory):
            return False
    elif not file.startswith("file:") and not Path(file).exists():
        return False
    with open_gradebook(directory) as book:
        try:
            return bool(book.find_assignment(assignment).notebooks)
        except MissingEntry:
            return False


def contract(path: Path) -> list[tuple[str, str, dict[str, object]]] | None:
    """What a released notebook fixes: the text of its cells, their points and names."""
    if not path.is_file():
        return None
    notebook = read_notebook(path.read_text(encoding="utf-8"), name=str(path))
    return [(cell.cell_type, text_of(cell), nbgrader_of(cell)) for cell in notebook.cells]


@contextlib.contextmanager
def draft_release(course: Course, assignment: str) -> Iterator[Path]:
    """A scratch folder with what students would get; raises GraderError where nbgrader fails."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        generate(
            course,
            assignment,
            f"--CourseDirectory.release_directory={name}/release",
            f"--CourseDirectory.db_url=sqlite:///{name}/gradebook.db",
        )
        yield Path(name) / "release" / assignment


def generate(course: Course, assignment: str, *options: str) -> None:
    """nbgrader's own generate_assignment; raises GraderError with its words where it fails."""
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", assignment, "--force"]
    scripts = Path(sys.executable).parent  # nbgrader calls alembic by name
    done = subprocess.run(  # noqa: S603 -- our own interpreter, no shell
        [*command, *options],
        cwd=course.root,
        env=os.environ | {"PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        words = (done.stdout + done.stderr).strip()[-LONGEST:]
        raise GraderError(f"nbgrader generate_assignment {assignment} failed:\n{words}")
