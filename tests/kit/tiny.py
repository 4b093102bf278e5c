"""An assignment of two functions and one written answer, which is graded in seconds."""

from __future__ import annotations

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "tiny"
SUITE = '''
from autograder.testing import agree, points

@points(1, task="double")
def test_two(student):
    """Zweimal eins ist zwei."""
    agree(student.double(1), 2)

@points(2, task="half")
def test_half(student):
    """Die Hälfte von zwei ist eins."""
    agree(student.half(2), 1)
'''
RIGHT = {"double": "def double(x):\n    return 2 * x", "half": "def half(x):\n    return x / 2"}
WRONG = {"double": "def double(x):\n    return 3 * x", "half": "def half(x):\n    return x"}
SLOW = {**RIGHT, "half": "import time\ntime.sleep(4)\ndef half(x):\n    return x / 2"}
FULL = {"test_double": 1.0, "test_half": 2.0}


def notebook(answers: dict[str, str]) -> NotebookNode:
    """The assignment's notebook with these answers."""
    cells = [new_markdown_cell("# Zwei Funktionen", id="title")]
    for name, code in answers.items():
        cells.append(new_code_cell(code, id=name, metadata=tag(name, solution=True)))
        points = FULL[f"test_{name}"]
        test = tag(f"test_{name}", grade=True, locked=True, points=points)
        cells.append(new_code_cell(f"print({name}(2))", id=f"test_{name}", metadata=test))
    why = tag("why", grade=True, solution=True, points=1.0)
    cells.append(new_markdown_cell("Weil es so ist.", id="why", metadata=why))
    return new_notebook(cells=cells)


def tag(name: str, **changes: object) -> dict[str, object]:
    """nbgrader's metadata of a cell."""
    data = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": data | {"grade_id": name} | changes}
