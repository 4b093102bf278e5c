"""A release holds no line of the solutions and of the hidden tests."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.audit.leaks import check_leaks
from autograder.course.folder import Course

GIVEN = "def given_to_everybody(x): return x"
SECRET = "return sum(value * 2 for value in values)"
CELL = f"{GIVEN}\n### BEGIN SOLUTION\n{SECRET}\n{GIVEN}\n### END SOLUTION"
HIDDEN = "assert double_all([1, 2]) == 6  # nobody sees this"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A course whose source has a solution, and whose hidden tests have a line."""
    source = tmp_path / "course" / "source" / "ps"
    hidden = tmp_path / "course" / "tests" / "hidden" / "ps"
    source.mkdir(parents=True)
    hidden.mkdir(parents=True)
    nbformat.write(new_notebook(cells=[new_code_cell(CELL)]), source / "ps.ipynb")
    (hidden / "test_ps.py").write_text(f"    {HIDDEN}\n", encoding="utf-8")
    return Course(tmp_path / "course")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (new_code_cell(GIVEN), []),  # it stands outside of the solution as well
        (new_code_cell(f"x = 1\n  {SECRET}"), [SECRET]),
        (new_code_cell(f"# hidden\n{HIDDEN}"), [HIDDEN]),
        (new_code_cell("### BEGIN HIDDEN TESTS"), ["### BEGIN HIDDEN TESTS"]),
    ],
)
def test_what_no_student_may_read_is_named(
    course: Course, tmp_path: Path, cell: nbformat.NotebookNode, found: list[str]
) -> None:
    release = tmp_path / "release"
    release.mkdir()
    nbformat.write(new_notebook(cells=[cell]), release / "ps.ipynb")
    assert list(check_leaks(course, "ps", release).problems) == [
        f"ps.ipynb holds: {line}" for line in found
    ]


def test_every_file_of_the_release_is_searched(course: Course, tmp_path: Path) -> None:
    folder = tmp_path / "release" / "data"
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text(f"\t{SECRET}\n", encoding="utf-8")
    check = check_leaks(course, "ps", tmp_path / "release")
    assert check.problems == (f"data/notes.txt holds: {SECRET}",)
    assert check.found == "1 files, 2 secret lines"
