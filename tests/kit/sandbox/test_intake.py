"""What was handed in is read and restored in a process that can't take more than its share."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.grading.grade import Job
from autograder.grading.intake import ReadJob, ReadResult, read_in_subprocess
from autograder.grading.process import collect_in_subprocess, grade_in_subprocess
from autograder.model.cells import read_notebook
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.submission.read import read_file
from autograder.submission.restore import restore
from tests.kit.courses import TinyRoom
from tests.kit.tiny import FULL, NAME, RIGHT, WRONG, notebook

SOURCE = notebook(RIGHT)
NARROW = Limits(grading_bytes=250 * MIB)


def read_job(folder: Path, text: str, limits: Limits = NARROW, *, name: str = NAME) -> ReadJob:
    """A folder with that file."""
    (folder / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
    return ReadJob(str(folder), nbformat.writes(SOURCE), name, (), limits)


def fault(reading: ReadResult) -> str:
    """Why it could not be read; the notebook must be there all the same, without answers."""
    cells = read_notebook(reading.notebook, name="restored").cells
    assert [cell.cell_type for cell in cells] == ["code", "code", "code", "code", "markdown"]
    assert not any(cell.source for cell in cells if cell.metadata.nbgrader.solution)
    assert reading.noticed.remarks == ()
    return reading.noticed.fault.key if reading.noticed.fault else ""


def test_a_notebook_is_restored_as_it_would_be_here(tmp_path: Path) -> None:
    submitted = notebook(WRONG)
    del submitted.cells[2]
    reading = read_in_subprocess(read_job(tmp_path, nbformat.writes(submitted)))
    intake = read_file(tmp_path / f"{NAME}.ipynb", Limits())
    assert intake.notebook is not None
    here = restore(intake.notebook, SOURCE)
    assert read_notebook(reading.notebook, name="restored") == here.notebook
    assert (reading.noticed.remarks, reading.noticed.fault) == (here.remarks, None)
    assert reading.noticed.remarks


def test_a_notebook_can_be_named_by_its_path(tmp_path: Path) -> None:
    order = read_job(tmp_path, nbformat.writes(SOURCE))
    by_path = replace(order, path=str(tmp_path / f"{NAME}.ipynb"), name="")
    assert read_in_subprocess(by_path) == read_in_subprocess(order)


@pytest.mark.parametrize("piece", ["{}", "[]", '{"a":[]}'])
def test_a_file_of_tiny_values_meets_the_bound(tmp_path: Path, piece: str) -> None:
    text = f'{{"cells": [], "metadata": [{",".join([piece] * 6_000_000)}]}}'
    assert fault(read_in_subprocess(read_job(tmp_path, text))) == "unread_memory"


def test_reading_ends_when_its_time_is_up(tmp_path: Path) -> None:
    order = read_job(tmp_path, nbformat.writes(SOURCE), Limits(reading_seconds=0.01))
    assert fault(read_in_subprocess(order)) == "unread_time"


@pytest.mark.parametrize("name", ["", NAME])
def test_what_the_disk_does_not_give_is_the_graders_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(GraderError, match="can't be read"):
        read_in_subprocess(ReadJob(str(tmp_path / "gone"), nbformat.writes(SOURCE), name))


def test_staff_read_no_more_remarks_than_they_can(tmp_path: Path) -> None:
    submitted = notebook(RIGHT)
    submitted.cells += [cell for _ in range(200) for cell in notebook(RIGHT).cells]
    for number, cell in enumerate(submitted.cells):
        cell.cell_type = f"kind {number}"
    reading = read_in_subprocess(read_job(tmp_path, nbformat.v4.writes(submitted)))
    assert len(reading.noticed.remarks) == 101
    assert reading.noticed.remarks[-1] == "and more of the kind"


# --- grading ------------------------------------------------------------------


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    return TinyRoom.make(tmp_path_factory.mktemp("tiny") / "course", release=False)


def test_a_grading_process_that_meets_its_bound_is_named_as_the_cause(room: TinyRoom) -> None:
    job = Job(str(room.root), NAME, nbformat.writes(SOURCE), limits=Limits(grading_bytes=MIB))
    grade = grade_in_subprocess(job).grade
    assert grade.earned is None
    assert {f"test_{task.task}" for task in grade.tasks} == set(FULL)
    for task in grade.tasks:
        assert "limit grading_bytes (1 MiB)" in task.cause


def test_the_bound_of_the_grader_is_not_that_of_the_students_code(room: TinyRoom) -> None:
    submitted = notebook(RIGHT)
    submitted.cells[0] = new_code_cell(f"kept = b'x' * {500 * MIB}")
    limits = Limits(grading_bytes=400 * MIB)
    grade = grade_in_subprocess(
        Job(str(room.root), NAME, nbformat.writes(submitted), limits=limits)
    ).grade
    assert (grade.earned, grade.remarks) == (3.0, ())


def test_the_laws_are_read_in_subprocess(room: TinyRoom) -> None:
    assert [law.task for law in collect_in_subprocess(str(room.root), NAME)] == ["double", "half"]


def test_who_makes_the_reader_need_too_much_costs_the_class_nothing(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    room = TinyRoom.make(tmp_path_factory.mktemp("class") / "course")
    room.configure(f'c.GradeSubmission.limits = {{"grading_bytes": {250 * MIB}}}')
    for student in ("ada", "ben", "emil"):
        folder = room.hand_in(student)
        if student == "ben":
            read_job(folder, f'{{"cells": [], "metadata": [{",".join(["{}"] * 6_000_000)}]}}')
    status, said = room.autograde()
    assert status == 1, said  # one of them waits for a person
    assert [room.scores(student) for student in ("ada", "ben", "emil")] == [
        *(FULL, dict.fromkeys(FULL), FULL)
    ]
    assert "Reading the file takes more memory than limit grading_bytes (250 MiB)" in said


def test_threads_that_start_the_first_children_at_once_leave_the_environment_alone() -> None:
    """In a process of its own: here the server that forks children runs already."""
    code = """
import os
from concurrent.futures import ThreadPoolExecutor
from autograder.grading.child import fork_server

if __name__ == "__main__":
    before = dict(os.environ)
    with ThreadPoolExecutor(8) as threads:
        for _ in threads.map(lambda _: fork_server(), range(200)):
            pass
    assert dict(os.environ) == before
"""
    subprocess.run([sys.executable, "-c", code], check=True)
