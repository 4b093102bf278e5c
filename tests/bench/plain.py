"""A course of plain nbgrader with the same laws: hidden tests in the student's kernel.

How it works: the course folder has nbgrader's default settings. Its notebook is that of the
course but for the test cells: each holds hidden tests that run its task's laws in the kernel
and end in the points that were earned, nbgrader's own way of giving a part of them. The
visible checks are left out: they would cost time, and all points where one of them fails.
"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.model.cells import is_test, task_of
from tests.kit.courses import Classroom, copy_content
from tests.kit.submissions import ASSIGNMENT, source

CONTENT = (
    *("tests/__init__.py", "tests/hidden", "solutions"),
    *("tests/bench/__init__.py", "tests/bench/thin.py"),
)
CELL = """\
# Hier prüfen verborgene Tests.
### BEGIN HIDDEN TESTS
import sys
sys.path.insert(0, {root!r})
from tests.bench.thin import earned
earned({task!r}, globals())
### END HIDDEN TESTS"""


def make_plain_course(root: Path) -> Classroom:
    """Write the course to `root`, which must not exist yet."""
    folder = root / "source" / ASSIGNMENT
    folder.mkdir(parents=True)
    nbformat.write(plain_source(root), folder / f"{ASSIGNMENT}.ipynb")
    copy_content(CONTENT, root)
    # its tables of Unicode and of constants, which each kernel would otherwise make anew
    return Classroom(root, {"HYPOTHESIS_STORAGE_DIRECTORY": str(root / ".hypothesis")})


def plain_source(root: Path) -> NotebookNode:
    """The instructor's notebook whose test cells run the laws that lie in the course at `root`."""
    notebook = source()
    for cell in filter(is_test, notebook.cells):
        cell.source = CELL.format(root=str(root), task=task_of(cell))
    return notebook
