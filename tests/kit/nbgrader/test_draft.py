"""A clone of the course comes with its release, and without a gradebook."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from autograder.course.folder import Course
from autograder.doctor.machine import examine_gradebook
from tests.kit.courses import TinyRoom
from tests.kit.tiny import FULL, NAME

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

REMEDY = f"autograder release {NAME}"


@pytest.fixture
def clone(tmp_path: Path) -> TinyRoom:
    """What a clone holds, with somebody's submission put into it."""
    room = TinyRoom.make(tmp_path / "course")
    (room.root / "gradebook.db").unlink()
    room.hand_in("ada")
    return room


def test_a_fresh_clone_grades_and_the_release_stays_as_it_is(clone: TinyRoom) -> None:
    release = clone.root / "release" / NAME / f"{NAME}.ipynb"
    before = release.stat().st_mtime_ns, release.read_bytes()
    found = examine_gradebook(Course.at(clone.root), NAME)
    assert (found.fine, "will enter the assignment" in found.found) == (True, True)
    assert not (clone.root / "gradebook.db").exists()
    status, said = clone.run("autograder", "table", NAME)
    assert (status, f"nbgrader autograde {NAME}" in " ".join(said.split())) == (2, True)
    # a date that somebody set before is kept
    clone.run("nbgrader", "db", "assignment", "add", NAME, "--duedate=2100-01-01 00:00:00 UTC")
    status, said = clone.autograde()
    assert status == 0, said
    assert clone.scores("ada") == FULL
    assert (release.stat().st_mtime_ns, release.read_bytes()) == before
    found = examine_gradebook(Course.at(clone.root), NAME)
    assert (found.fine, found.found) == (True, "it knows the assignment")


def test_a_release_that_the_source_does_not_make_is_not_graded_by(clone: TinyRoom) -> None:
    path = clone.root / "release" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    next(cell for cell in notebook.cells if cell.id == "test_half").metadata.nbgrader.points = 5.0
    nbformat.write(notebook, path)
    found = examine_gradebook(Course.at(clone.root), NAME)
    status, said = clone.autograde()
    assert (found.fine, status) == (False, 2)
    for words in (found.found, said):
        assert "is not what the source makes now" in words
        assert REMEDY in words
    assert "Traceback" not in said
    assert clone.scores("ada") == {}


def test_without_a_release_there_is_one_command_to_make_it(clone: TinyRoom) -> None:
    (clone.root / "release" / NAME / f"{NAME}.ipynb").unlink()
    found = examine_gradebook(Course.at(clone.root), NAME)
    status, said = clone.autograde()
    assert (found.fine, status) == (True, 2)
    assert REMEDY in found.found and REMEDY in said
