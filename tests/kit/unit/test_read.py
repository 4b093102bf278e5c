"""Whatever was handed in is read as the notebook that it is, or said to be none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.model.messages import render
from autograder.submission.read import Intake, read_submission

LIMITS = Limits(submission_bytes=1 << 20, text_bytes=10_000, cells=50)
NAME = "blatt"
CELL = {
    "cell_type": "code",
    "id": "a",
    "metadata": {"nbgrader": {"grade_id": "f", "points": 1000}, "tags": ["skip"]},
    "source": ["x = 'ü'\n", "y = 1"],
    "outputs": [{"anything": 1}],
    "execution_count": 3,
}
BOOK = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": 1}, "cells": [CELL]}
TEXT = json.dumps(BOOK, ensure_ascii=False)


def read(folder: Path, content: bytes | str, *, name: str = f"{NAME}.ipynb") -> Intake:
    """What is read where this is the only file."""
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return read_submission(folder, NAME, LIMITS)


def test_of_a_cell_only_type_text_and_grade_id_are_kept(tmp_path: Path) -> None:
    intake = read(tmp_path, TEXT)
    assert intake.notebook is not None
    assert (intake.remarks, intake.fault) == ((), None)
    assert intake.notebook.metadata == {}
    (cell,) = intake.notebook.cells
    assert cell == {
        "cell_type": "code",
        "id": "cell-1",
        "metadata": {"nbgrader": {"grade_id": "f"}},
        "source": "x = 'ü'\ny = 1",
    }


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TEXT.encode("utf-8-sig"), "byte order mark"),
        (TEXT.encode("utf-16"), "UTF-16"),
        (TEXT.encode("utf-32"), "UTF-32"),
        (TEXT.encode("utf-16-le"), "UTF-16-LE"),
        (TEXT.encode("cp1252"), "Windows-1252"),
        (TEXT.encode() + bytes(500), "NUL"),
        (TEXT.replace('"nbformat": 4', '"nbformat": 5'), "nbformat 5"),
        (TEXT.replace('"nbformat": 4', '"nbformat": null'), "nbformat None"),
        (TEXT.replace("y = 1", "y = 1\\u0000"), "NUL"),
        (TEXT.replace('"code"', '"kode"'), "no known type"),
        (TEXT.replace('"cells": [', '"cells": [7, '), "entry 1 of the cells is no cell"),
    ],
)
def test_an_odd_file_that_holds_a_notebook_is_read(
    tmp_path: Path, content: bytes | str, told: str
) -> None:
    intake = read(tmp_path, content)
    assert intake.notebook is not None, intake.fault
    assert intake.notebook.cells[-1].source == "x = 'ü'\ny = 1"
    assert told in " ".join(intake.remarks)


def test_worksheets_of_an_older_nbformat_are_read(tmp_path: Path) -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "A"}, {**CELL, "input": "z = 2"}]
    del cells[1]["source"]
    book = {"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}
    intake = read(tmp_path, json.dumps(book))
    assert intake.notebook is not None
    assert [cell.source for cell in intake.notebook.cells] == ["# A", "z = 2"]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("", "unread_empty"),
        (bytes(4096), "unread_empty"),
        ("%PDF-1.7", "unread_no_json"),
        (TEXT[: len(TEXT) // 2], "unread_no_json"),
        ("[" * 100_000, "unread_deep"),
        ('{"nbformat": 4, "cells": [' + "9" * 5000 + "]}", "unread_no_json"),
        ("[]", "unread_no_notebook"),
        ("7", "unread_no_notebook"),
        ('{"cells": 7}', "unread_no_notebook"),
        ('{"worksheets": []}', "unread_no_notebook"),
        (TEXT + " " * (1 << 20), "unread_size"),
        (TEXT.replace("y = 1", "y" * 20_000), "unread_text"),
        (json.dumps(BOOK | {"cells": [CELL] * 51}), "unread_cells"),
    ],
)
def test_what_is_no_notebook_is_a_fault_with_a_cause(
    tmp_path: Path, content: bytes | str, key: str
) -> None:
    intake = read(tmp_path, content)
    assert intake.notebook is None
    assert intake.fault is not None
    assert intake.fault.key == key
    assert render(intake.fault, "de") != render(intake.fault, "en")


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, os.mkdir, lambda path: os.symlink("/etc/passwd", path)],
    ids=["pipe", "folder", "link"],
)
def test_only_a_regular_file_is_opened(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    make(tmp_path / f"{NAME}.ipynb")
    fault = read_submission(tmp_path, NAME, LIMITS).fault
    assert fault is not None
    assert fault.key == "unread_irregular"


def test_a_file_larger_than_the_limit_is_not_read(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.ipynb").touch()
    os.truncate(tmp_path / f"{NAME}.ipynb", 10 << 30)
    fault = read_submission(tmp_path, NAME, LIMITS).fault
    assert fault is not None
    assert fault.key == "unread_size"


def test_the_only_notebook_is_taken_whatever_its_name(tmp_path: Path) -> None:
    intake = read(tmp_path, TEXT, name="Abgabe\nAnna.ipynb")
    assert intake.notebook is not None
    assert intake.remarks == ("the file name is 'Abgabe\\nAnna.ipynb', not blatt.ipynb",)


def test_between_several_notebooks_nobody_guesses(tmp_path: Path) -> None:
    read(tmp_path, TEXT, name="a.ipynb")
    fault = read(tmp_path, TEXT, name="b.ipynb").fault
    assert fault is not None
    assert "'a.ipynb', 'b.ipynb'" in render(fault, "en")


def test_files_beside_the_notebook_are_told_but_not_those_of_the_assignment(
    tmp_path: Path,
) -> None:
    for name in ("numpy.py", "requirements.txt", "timestamp.txt", *"abcdef"):
        (tmp_path / name).touch()
    (tmp_path / f"{NAME}.ipynb").write_text(TEXT, encoding="utf-8")
    intake = read_submission(tmp_path, NAME, LIMITS, expected=["requirements.txt"])
    (remark,) = intake.remarks
    assert remark == "'a', 'b', 'c', 'd', 'e' and 2 more beside the notebook were ignored"


def test_a_folder_that_is_gone_is_the_graders_fault(tmp_path: Path) -> None:
    with pytest.raises(GraderError, match="can't be read"):
        read_submission(tmp_path / "gone", NAME, LIMITS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*CELL, *BOOK, "input", "attachments"]), inner)
    ),
    max_leaves=20,
)


@given(data=JSON)
def test_no_json_whatever_its_shape_breaks_the_reader(
    tmp_path_factory: pytest.TempPathFactory, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    for content in (data, BOOK | {"cells": data}, BOOK | {"cells": [data]}):
        intake = read(folder, json.dumps(content))
        assert (intake.notebook is None) == (intake.fault is not None)
        json.dumps(intake.notebook, ensure_ascii=False).encode("utf-8")
