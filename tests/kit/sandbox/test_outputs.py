"""What the cells of a notebook show is bounded by cell and as a whole."""

from __future__ import annotations

import json

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.grading.record import write_notes
from autograder.kernel.execute import run_notebook
from autograder.model.limits import Limits
from autograder.model.messages import Message, render

LIMITS = Limits(
    output_bytes=3000, outputs=10, all_output_bytes=10_000, all_outputs=25, cell_seconds=60.0
)
OF_A_CELL = render(Message.of("output_cut", outputs="10", bytes="3000"), "en")
OF_ALL = render(Message.of("output_cut_all", outputs="25", bytes="10000"), "en")
GROWS = """
from IPython.display import display, update_display
for _ in range(9):
    display("x", display_id="grows")
update_display("y" * 100_000, display_id="grows")
"""
FORGES_COUNT = """
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
content = {"code": "", "execution_count": "z" * 100_000}
kernel.session.send(kernel.iopub_socket, "execute_input", content, kernel.get_parent())
"""


def shown(*cells: str) -> list[str]:
    """The outputs of each cell, as JSON."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in cells])
    with run_notebook(notebook, LIMITS) as run:
        for index, notes in run.notes.items():
            write_notes(notebook.cells[index], notes, "en")
        return [json.dumps(cell.outputs) for cell in notebook.cells]


def test_many_cells_may_not_show_more_than_a_notebook_may() -> None:
    outputs = shown(*["print('x' * 2500)"] * 6, "print('last')")
    assert [OF_ALL in output for output in outputs] == [False] * 3 + [True] * 3 + [False]
    assert sum(map(len, outputs)) < 14_000
    assert "last" in outputs[-1]  # it is short enough for what is left


def test_many_cells_may_not_show_more_often_than_a_notebook_may() -> None:
    outputs = shown(*["for n in range(8): display(n)"] * 4, "display('last')")
    assert [output.count("display_data") for output in outputs] == [8, 8, 8, 1, 0]
    assert [OF_ALL in output for output in outputs] == [False] * 3 + [True] * 2


def test_a_cell_that_shows_too_much_is_told_of_its_own_limit() -> None:
    (output,) = shown("for n in range(11): display(n)")
    assert OF_A_CELL in output


@pytest.mark.parametrize("code", [GROWS, FORGES_COUNT])
def test_nothing_grows_beyond_the_limit_by_another_message(code: str) -> None:
    notebook = new_notebook(cells=[new_code_cell(code)])
    with run_notebook(notebook, LIMITS):
        assert len(json.dumps(notebook)) < 8000
