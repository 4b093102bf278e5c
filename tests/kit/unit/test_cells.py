"""What a notebook's cells are called."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode, v4

from autograder.model.cells import place_of

CELLS = [
    v4.new_code_cell("import numpy"),
    v4.new_markdown_cell("# One\n\ntext\n\n## Softmax by hand ##\nmore"),
    v4.new_markdown_cell("no heading, #5"),
    v4.new_code_cell("x = 1"),
    v4.new_code_cell("y = 2", metadata={"nbgrader": {"grade_id": "softmax"}}),
    v4.new_code_cell("# a comment"),
    v4.new_markdown_cell("### \x1b[31mred " + 100 * "x"),
    v4.new_code_cell("z = 3"),
]


@pytest.mark.parametrize(
    ("index", "place"),
    [
        (0, "cell 1 from the top"),
        (3, "cell 2 below the heading 'Softmax by hand'"),
        (4, "cell softmax"),
        (5, "cell 4 below the heading 'Softmax by hand'"),
        (7, f"cell 1 below the heading '[31mred {51 * 'x'}'"),
    ],
)
def test_a_cell_is_named_as_a_person_finds_it(index: int, place: str) -> None:
    cells: list[NotebookNode] = CELLS
    assert place_of(cells, index) == place
