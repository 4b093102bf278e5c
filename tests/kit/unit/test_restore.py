"""Of a submission only what a student may change is kept, whatever was done to the rest."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.model.cells import (
    grade_id_of,
    is_locked,
    is_solution,
    is_test,
    read_notebook,
    task_of,
)
from autograder.submission.restore import Restored, restore
from tests.kit.submissions import solved, source

COURSE = Path(__file__).parents[3]
HIDDEN = """assert softmax([1]) == [1]
### BEGIN HIDDEN TESTS
raise RuntimeError("hidden")
### END HIDDEN TESTS"""
VISIBLE = "assert softmax([1]) == [1]"


def answer(task: str, text: str = "", **more: object) -> NotebookNode:
    marks = {"grade": False, "solution": True, "locked": False, "grade_id": task}
    return new_code_cell(text, metadata={"nbgrader": marks | more})


def check(task: str, text: str = VISIBLE, **more: object) -> NotebookNode:
    name = f"test_{task}"
    marks = {"grade": True, "solution": False, "locked": True, "grade_id": name, "points": 2}
    return new_code_cell(text, metadata={"nbgrader": marks | more})


def locked(name: str, text: str) -> NotebookNode:
    marks = {"grade": False, "solution": False, "locked": True, "grade_id": name}
    return new_code_cell(text, metadata={"nbgrader": marks})


def essay(text: str = "Deine Antwort", **more: Any) -> NotebookNode:
    marks = {"grade": True, "solution": True, "locked": False, "grade_id": "why", "points": 3}
    return new_markdown_cell(text, metadata={"nbgrader": marks}, **more)


def notebook(*cells: NotebookNode) -> NotebookNode:
    """The notebook; `new_notebook` would refuse the odd cells of this file."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    empty = from_dict({"metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5})
    return NotebookNode(empty, cells=list(cells))


SOURCE = notebook(
    new_markdown_cell("Titel"),
    locked("setup", "import numpy as np"),
    answer("softmax", "### BEGIN SOLUTION\n1\n### END SOLUTION"),
    check("softmax", HIDDEN),
    answer("entropy"),
    check("entropy"),
    essay(),
)
SETUP = locked("setup", "import numpy as np")
HONEST = (SETUP, answer("softmax", "s"), check("softmax"), answer("entropy", "e"), check("entropy"))


def restored(*cells: NotebookNode) -> Restored:
    return restore(notebook(*cells), SOURCE)


def shape(result: Restored) -> list[str]:
    """A cell a word: its grade_id, or the text of a student's own."""
    return [grade_id_of(cell) or cell.source for cell in result.notebook.cells]


def find(result: Restored, name: str) -> NotebookNode:
    (cell,) = (cell for cell in result.notebook.cells if grade_id_of(cell) == name)
    return cell


# --- an honest submission -------------------------------------------------------


def test_an_honest_submission_keeps_its_answers_and_gets_the_hidden_tests_back() -> None:
    result = restored(*HONEST, essay("weil"))
    assert shape(result) == ["setup", "softmax", "test_softmax", "entropy", "test_entropy", "why"]
    assert find(result, "softmax").source == "s"
    assert find(result, "test_softmax").source == HIDDEN
    assert find(result, "why").source == "weil"
    assert result.remarks == ()


def test_what_the_student_s_kernel_showed_is_forgotten() -> None:
    shown = answer("softmax", "s")
    shown.outputs = [from_dict({"output_type": "stream", "name": "stdout", "text": "2.0"})]
    shown.execution_count = 7
    own = copy.deepcopy(shown)
    own.metadata = NotebookNode()
    for cell in restored(SETUP, own, shown, *HONEST[2:]).notebook.cells:
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)


def test_the_metadata_of_the_notebook_is_the_source_s() -> None:
    submitted = notebook(*HONEST)
    submitted.metadata = from_dict({"kernelspec": {"name": "bash"}, "celltoolbar": "x"})
    submitted.nbformat_minor = 2
    result = restore(submitted, SOURCE)
    assert result.notebook.metadata == SOURCE.metadata
    assert (result.notebook.nbformat, result.notebook.nbformat_minor) == (4, 5)


# --- forged cells -----------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        check("softmax", points=100),
        check("softmax", "pass"),
        check("softmax", locked=False, solution=True),
        check("softmax", grade=False),
        check("softmax", schema_version=99, extra="x"),
    ],
)
def test_a_forged_test_cell_is_the_source_s_again(forged: NotebookNode) -> None:
    forged.metadata["tags"] = ["skip-execution", "raises-exception"]
    forged.metadata["collapsed"] = True
    cell = find(restored(*HONEST[:2], forged, *HONEST[3:]), "test_softmax")
    assert cell.metadata == SOURCE.cells[3].metadata
    assert cell.source == HIDDEN
    assert cell.cell_type == "code"


def test_an_answer_that_claims_points_is_an_answer_again() -> None:
    forged = answer("softmax", "s", grade=True, points=100, locked=True)
    forged.metadata["tags"] = ["skip-execution"]
    cell = find(restored(SETUP, forged, *HONEST[2:]), "softmax")
    assert cell.metadata == SOURCE.cells[2].metadata
    assert cell.source == "s"


def test_a_cell_of_the_student_s_own_has_no_metadata() -> None:
    forged = check("own", "own = 1", points=100)
    forged.metadata["tags"] = ["skip-execution"]
    result = restored(*HONEST[:2], forged, *HONEST[2:])
    (cell,) = (cell for cell in result.notebook.cells if cell.source == "own = 1")
    assert cell.metadata == {}
    assert not is_test(cell)


def test_a_changed_locked_text_is_restored_and_remarked() -> None:
    result = restored(locked("setup", "import os"), *HONEST[1:], essay())
    assert find(result, "setup").source == "import numpy as np"
    assert result.remarks == ("cell setup: its locked text was restored",)


@pytest.mark.parametrize(
    "text", ["import numpy as np\r\n", "import numpy as np  ", "\nimport numpy as np"]
)
def test_what_an_editor_does_to_line_ends_is_no_change_of_a_locked_text(text: str) -> None:
    result = restored(locked("setup", text), *HONEST[1:], essay())
    assert find(result, "setup").source == "import numpy as np"
    assert result.remarks == ()


def test_an_answer_of_another_cell_type_gets_its_own_back() -> None:
    forged = new_markdown_cell("s", metadata=answer("softmax").metadata)
    result = restored(SETUP, forged, *HONEST[2:], essay())
    cell = find(result, "softmax")
    assert (cell.cell_type, cell.source, cell.outputs) == ("code", "s", [])
    assert result.remarks == ("cell softmax: its type was restored",)


def test_a_test_cell_that_became_text_is_code_again() -> None:
    forged = new_markdown_cell(VISIBLE, metadata=check("softmax").metadata)
    cell = find(restored(*HONEST[:2], forged, *HONEST[3:]), "test_softmax")
    assert (cell.cell_type, cell.source) == ("code", HIDDEN)
    assert is_test(cell)


# --- missing, moved and copied cells ----------------------------------------------


@pytest.mark.parametrize("gone", range(5))
def test_a_cell_that_is_missing_is_put_back_in_its_place(gone: int) -> None:
    cells = [cell for number, cell in enumerate(HONEST) if number != gone]
    result = restored(*cells, essay())
    assert shape(result) == ["setup", "softmax", "test_softmax", "entropy", "test_entropy", "why"]
    assert result.remarks == (f"cell {grade_id_of(HONEST[gone])}: it was missing",)


def test_a_missing_answer_is_empty_and_not_the_solution() -> None:
    result = restored(SETUP, *HONEST[2:])
    assert find(result, "softmax").source == ""


def test_an_empty_submission_has_every_cell_of_the_source() -> None:
    result = restored()
    assert shape(result) == ["setup", "softmax", "test_softmax", "entropy", "test_entropy", "why"]
    assert "SOLUTION" not in "".join(cell.source for cell in result.notebook.cells)


def test_a_test_cell_before_its_answer_is_put_behind_it() -> None:
    result = restored(SETUP, HONEST[2], HONEST[1], *HONEST[3:])
    assert shape(result)[:5] == ["setup", "softmax", "test_softmax", "entropy", "test_entropy"]
    assert "cell test_softmax: it was put back in its place" in result.remarks


def test_an_answer_at_the_end_takes_its_test_with_it() -> None:
    result = restored(SETUP, *HONEST[2:], HONEST[1])
    order = shape(result)
    for task in ("softmax", "entropy"):
        assert order.index(task) < order.index(f"test_{task}")
    assert order.count("test_softmax") == order.count("softmax") == 1


@pytest.mark.parametrize("deleted", [False, True])
def test_a_helper_between_answer_and_test_stays_before_the_test(deleted: bool) -> None:
    helper = new_code_cell("helper")
    tail = HONEST[3:] if deleted else HONEST[2:]
    order = shape(restored(*HONEST[:2], helper, *tail))
    assert order[1:4] == ["softmax", "helper", "test_softmax"]


def test_a_helper_stays_before_a_test_that_had_been_moved_up() -> None:
    helper = new_code_cell("helper")
    order = shape(restored(SETUP, HONEST[2], HONEST[1], helper, *HONEST[3:]))
    assert order[1:4] == ["softmax", "helper", "test_softmax"]


def test_cells_of_the_student_s_own_stay_where_they_are() -> None:
    cells: list[NotebookNode] = []
    for number, cell in enumerate(HONEST):
        cells += [new_code_cell(f"own {number}"), cell]
    own = shape(restored(*cells, new_raw_cell("raw"), new_markdown_cell("text")))
    assert own == [
        *("own 0", "setup", "own 1", "softmax", "own 2", "test_softmax"),
        *("own 3", "entropy", "own 4", "test_entropy", "raw", "text", "why"),
    ]


def test_of_a_copied_answer_the_last_counts_and_the_other_still_runs() -> None:
    result = restored(SETUP, answer("softmax", "helper = 1"), *HONEST[1:])
    assert shape(result)[:4] == ["setup", "helper = 1", "softmax", "test_softmax"]
    other = result.notebook.cells[1]
    assert (other.cell_type, other.metadata) == ("code", {})
    assert find(result, "softmax").source == "s"
    assert "cell softmax: it was there more than once, number 2 of 2 counts" in result.remarks


@pytest.mark.parametrize("place", range(6))
def test_a_copied_test_cell_is_there_once_and_after_its_answer(place: int) -> None:
    cells = list(HONEST)
    cells.insert(place, check("softmax"))
    result = restored(*cells)
    order = shape(result)
    assert order[:5] == ["setup", "softmax", "test_softmax", "entropy", "test_entropy"]
    assert find(result, "test_softmax").source == HIDDEN


def test_copied_cells_have_ids_of_their_own() -> None:
    cells = [answer("softmax", "a"), *HONEST, new_code_cell("x", id="same"), *HONEST]
    cells += [new_code_cell("y", id="same"), new_code_cell("z", id="cell-0")]
    ids = [cell["id"] for cell in restored(*cells).notebook.cells]
    assert len(set(ids)) == len(ids)


# --- pictures ---------------------------------------------------------------------


def attached(cell: NotebookNode, data: object) -> NotebookNode:
    cell["attachments"] = from_dict(data)
    return cell


def test_pictures_in_a_text_are_kept_and_other_attachments_dropped() -> None:
    data = {"a.png": {"image/png": "AAAA", "image/svg+xml": "<svg/>", "text/html": "<b>"}}
    cells = (attached(essay(), data), attached(new_markdown_cell("own"), data))
    result = restored(*HONEST, *cells)
    for cell in (find(result, "why"), result.notebook.cells[-1]):
        assert cell["attachments"] == {"a.png": {"image/png": "AAAA"}}


def test_code_and_locked_cells_have_no_attachments() -> None:
    data = {"a.png": {"image/png": "AAAA"}}
    cells = [attached(copy.deepcopy(cell), data) for cell in HONEST]
    for cell in restored(*cells, attached(new_code_cell("own"), data)).notebook.cells:
        assert "attachments" not in cell


@pytest.mark.parametrize(
    "data",
    [
        *(None, [], "x", 3, {"a": None}, {"a": []}, {"a": "x"}, {"a": {"image/png": 3}}),
        *({"a": {"image/png": {"b": "c"}}}, {"a": {"image/png": None}}),
    ],
)
def test_odd_attachments_are_dropped(data: object) -> None:
    cell = find(restored(*HONEST, attached(essay("weil"), data)), "why")
    assert not cell.get("attachments")
    assert cell.source == "weil"


# --- odd cells --------------------------------------------------------------------


def odd(**changes: object) -> NotebookNode:
    cell = answer("softmax", "s")
    cell.update(from_dict(changes))
    return cell


@pytest.mark.parametrize(
    "cell",
    [
        *(odd(source=None), odd(source=3), odd(source={}), odd(source=["a", "b"]), odd(source=[])),
        *(odd(cell_type="raw"), odd(cell_type="heading"), odd(cell_type=""), odd(cell_type=None)),
        *(odd(metadata={}), odd(metadata={"nbgrader": None}), odd(metadata={"nbgrader": []})),
        *(odd(metadata={"nbgrader": "softmax"}), odd(metadata={"nbgrader": ["softmax"]})),
        *(odd(metadata={"nbgrader": {}}), odd(metadata={"nbgrader": {"grade_id": None}})),
        *(odd(metadata={"nbgrader": {"grade_id": ["softmax"]}}), odd(outputs=None), odd(id=None)),
        *(odd(metadata={"nbgrader": {"grade_id": {}}}), odd(execution_count="x"), odd(extra=1)),
        from_dict({"cell_type": "code", "metadata": {}}),
        from_dict({"cell_type": "code"}),
        from_dict({"cell_type": "raw", "source": "x", "metadata": {}}),
    ],
)
@pytest.mark.parametrize("place", [0, 2])
def test_an_odd_cell_stops_nothing(cell: NotebookNode, place: int) -> None:
    cells = [SETUP, *HONEST[2:], essay("weil")]
    cells.insert(place, cell)
    result = restored(*cells)
    for task in ("softmax", "entropy"):
        assert shape(result).index(task) < shape(result).index(f"test_{task}")
    assert find(result, "why").source == "weil"
    assert all(isinstance(cell.source, str) for cell in result.notebook.cells)


# --- the real notebook ------------------------------------------------------------


def real(folder: str) -> NotebookNode:
    path = COURSE / folder / "next_token" / "next_token.ipynb"
    return read_notebook(path.read_text(encoding="utf-8"), name=folder)


REAL_SOURCE, RELEASE = real("source"), real("release")
KNOWN_CODE = [grade_id_of(c) for c in REAL_SOURCE.cells if c.cell_type == "code" and grade_id_of(c)]
GIVEN = [grade_id_of(c) for c in REAL_SOURCE.cells if is_locked(c) and not is_test(c)]
KNOWN = sorted(filter(None, map(grade_id_of, REAL_SOURCE.cells)))
NUMBERS = range(len(RELEASE.cells))


def picked(numbers: list[int]) -> NotebookNode:
    """These cells of the release, copies where a number comes twice; -1 is a new cell."""
    cells = []
    for place, number in enumerate(numbers):
        cell = copy.deepcopy(RELEASE.cells[number]) if number >= 0 else new_code_cell("own")
        if cell.cell_type == "code" and not is_locked(cell):
            cell.source = f"here = {place}"
        cells.append(cell)
    return notebook(*cells)


def shuffles() -> st.SearchStrategy[list[int]]:
    """Any order of some cells, or the right order with some deleted, doubled or moved."""
    some = st.lists(st.sampled_from([-1, *NUMBERS]), max_size=90)
    edits = st.lists(
        st.tuples(st.sampled_from(["delete", "copy", "move"]), st.integers(), st.integers()),
        max_size=8,
    )
    return some | edits.map(edited)


def edited(edits: list[tuple[str, int, int]]) -> list[int]:
    numbers = list(NUMBERS)
    for kind, at, to in edits:
        number = numbers[at % len(numbers)]
        if kind != "copy":
            del numbers[at % len(numbers)]
        if kind != "delete":
            numbers.insert(to % (len(numbers) + 1), number)
    return numbers


@settings(max_examples=60, deadline=None)
@given(shuffles())
def test_whatever_was_done_every_test_cell_is_there_once_after_its_answer_and_what_it_needs(
    numbers: list[int],
) -> None:
    submitted = picked(numbers)
    before = copy.deepcopy(submitted)
    source = copy.deepcopy(REAL_SOURCE)
    result = restore(submitted, REAL_SOURCE)
    cells = result.notebook.cells
    order = [grade_id_of(cell) for cell in cells]
    assert [name for name in order if name in GIVEN] == GIVEN
    assert sorted(filter(None, order)) == KNOWN
    for cell in cells:
        if is_test(cell):
            at = order.index(grade_id_of(cell))
            assert order.index(task_of(cell)) < at
            earlier = GIVEN[: sum(KNOWN_CODE.index(n) < KNOWN_CODE.index(order[at]) for n in GIVEN)]
            assert set(earlier) <= set(order[:at])
    assert len({cell["id"] for cell in cells}) == len(cells)
    assert submitted == before  # the arguments stay as they were
    assert source == REAL_SOURCE


@settings(max_examples=40, deadline=None)
@given(shuffles())
def test_no_code_of_the_student_s_is_lost(numbers: list[int]) -> None:
    submitted = picked(numbers)
    lines = [cell.source for cell in submitted.cells if cell.source.startswith("here = ")]
    result = restore(submitted, REAL_SOURCE)
    kept = [cell.source for cell in result.notebook.cells if cell.source.startswith("here = ")]
    assert kept == lines


@settings(max_examples=40, deadline=None)
@example([57, 2])  # given code below a written answer
@given(shuffles())
def test_restoring_the_restored_changes_nothing(numbers: list[int]) -> None:
    once = restore(picked(numbers), REAL_SOURCE).notebook
    assert restore(once, REAL_SOURCE).notebook == once


def test_the_release_as_it_is_needs_no_remark() -> None:
    result = restore(RELEASE, REAL_SOURCE)
    assert result.remarks == ()
    assert [grade_id_of(cell) for cell in result.notebook.cells] == [
        grade_id_of(cell) for cell in REAL_SOURCE.cells
    ]


def test_cells_that_lost_their_metadata_are_recognised() -> None:
    """By their text, by what they define and, where no grade_id is left at all, by their place."""
    bare = solved()
    for cell in bare.cells:
        cell.metadata = NotebookNode()
    answers = {grade_id_of(cell): cell.source for cell in solved().cells if is_solution(cell)}
    result = restore(bare, source())
    found = {grade_id_of(c): c.source for c in result.notebook.cells if is_solution(c)}
    assert found == answers
    assert [grade_id_of(c) for c in result.notebook.cells] == [
        grade_id_of(c) for c in solved().cells
    ]
    assert len(result.remarks) == 1
    assert "recognised by" in result.remarks[0]


def test_an_answer_is_recognised_by_what_it_defines_and_the_last_one_counts() -> None:
    notebook = solved()
    answer = next(cell for cell in notebook.cells if grade_id_of(cell) == "softmax")
    at = notebook.cells.index(answer)
    answer.metadata = NotebookNode()
    answer.source = "def softmax(z):\n    return 'first try'"
    notebook.cells.insert(at + 1, new_code_cell("def softmax(z):\n    return 'last'"))
    cells = restore(notebook, source()).notebook.cells
    assert "last" in next(c.source for c in cells if grade_id_of(c) == "softmax")
    assert sum("first try" in c.source for c in cells) == 1
