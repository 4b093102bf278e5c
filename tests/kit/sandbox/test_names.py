"""A function of the course may have any name, also one that the kit itself uses."""

from __future__ import annotations

from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, writes

from autograder.grading.grade import Job
from autograder.grading.process import grade_in_subprocess
from tests.kit import tiny

FUNCTIONS = ("last", "line", "request", "variable", "limits", "found", "repeat", "each")
HEAD = "from autograder.testing import agree, points, variable\n"
LAW = '''
@points(1, task="{name}")
def test_{name}(student):
    """Das Doppelte."""
    agree(student.{name}(2), 4)
    agree(student.{name}.repeat(2, 3), [6, 6])
    agree(student.{name}.each((1,), (2,)), [2, 4])
    agree(student.{name}.unchanged(5), 10)
'''
VALUE = '''
@points(1, task="stuck")
def test_stuck(student):
    """Sieben."""
    agree(variable(student, "stuck"), 7)
'''


def test_functions_named_like_the_kits_own_words_earn_full_marks(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "hidden" / tiny.NAME
    folder.mkdir(parents=True)
    laws = "".join(LAW.format(name=name) for name in FUNCTIONS)
    (folder / "test_names.py").write_text(HEAD + laws + VALUE, encoding="utf-8")
    cells = [new_code_cell(f"def {name}(x): return 2 * x") for name in FUNCTIONS]
    cells.append(new_code_cell("stuck = 7"))
    for name in (*FUNCTIONS, "stuck"):
        tag = tiny.tag(f"test_{name}", grade=True, locked=True, points=1.0)
        cells.append(new_code_cell("", metadata=tag))
    job = Job(str(tmp_path), tiny.NAME, writes(new_notebook(cells=cells)))
    grade = grade_in_subprocess(job).grade
    assert {task.task: task.earned for task in grade.tasks} == dict.fromkeys(
        (*FUNCTIONS, "stuck"), 1.0
    ), grade
