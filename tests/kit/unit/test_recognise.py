"""The definition that counts is the one that "restart and run all" shows the test cell.

How it works: notebooks of two functions and a variable are rearranged as students and
their editors do, and run from top to bottom, as submitted and as restored. What a name
gives where its test cell stands must be the same.
"""

from __future__ import annotations

import contextlib
import io
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode, from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.model.cells import grade_id_of, is_test, task_of, visible_text
from autograder.submission.recognise import is_done
from autograder.submission.restore import Restored, restore
from tests.kit.submissions import (
    Submission,
    nothing,
    released,
    solved,
    source,
    without_experiments,
)
from tests.kit.submissions.copying import COPYING

NAMES = ("f", "g", "v")  # two functions and a variable
STUB = {
    "f": 'def f():\n    """What f does."""\n    # DEIN CODE\n    raise NotImplementedError()',
    "g": 'def g():\n    """What g does."""\n    # DEIN CODE\n    raise NotImplementedError()',
    "v": "# v: a number\n# DEIN CODE\nraise NotImplementedError()",
}
CHECK = {name: f"def check_{name}():\n    assert {name}\ncheck_{name}()" for name in NAMES}


def mark(name: str, **flags: object) -> dict[str, object]:
    """nbgrader's metadata."""
    plain = {"grade": False, "solution": False, "locked": False, "grade_id": name}
    return {"nbgrader": plain | flags}


def answer(name: str, text: str, *, bare: bool = False) -> NotebookNode:
    """A cell with an answer, which an editor may have left without metadata."""
    return new_code_cell(text, metadata={} if bare else mark(name, solution=True))


def check(name: str, *, bare: bool = False) -> NotebookNode:
    """The test cell of a name."""
    marks = mark(f"test_{name}", grade=True, locked=True, points=1)
    return new_code_cell(CHECK[name], metadata={} if bare else marks)


def setup() -> NotebookNode:
    """The code that is given."""
    return new_code_cell("given = 1", metadata=mark("setup", locked=True))


def essay(text: str) -> NotebookNode:
    """A written answer."""
    return new_markdown_cell(text, metadata=mark("why", grade=True, solution=True, points=1))


def define(name: str, value: int) -> str:
    """Code that defines a name, which then gives this value."""
    return f"v = {value}" if name == "v" else f"def {name}():\n    return {value}"


def notebook(*cells: NotebookNode) -> NotebookNode:
    """The notebook, unchecked."""
    return from_dict({"metadata": {}, "nbformat": 4, "nbformat_minor": 5, "cells": cells})


SOURCE = notebook(
    setup(),
    *(cell for name in NAMES for cell in (answer(name, define(name, 0)), check(name))),
    essay("### BEGIN SOLUTION\nso\n### END SOLUTION"),
)


def run_all(cells: list[NotebookNode]) -> dict[str, list[object]]:
    """What each name gives at each of its test cells, None where it gives nothing."""
    namespace: dict[str, object] = {}
    seen = defaultdict(list)
    for cell in cells:
        for name in NAMES:
            if cell.source == CHECK[name]:
                seen[name].append(value(namespace, name))
        if cell.cell_type == "code":
            with contextlib.suppress(NotImplementedError, NameError):  # the next cell runs
                exec(cell.source, namespace)
    return seen


def value(namespace: dict[str, object], name: str) -> object:
    """What a name gives."""
    try:
        return namespace[name] if name == "v" else namespace[name]()  # type: ignore[operator]
    except (KeyError, NotImplementedError):
        return None


def texts() -> st.SearchStrategy[tuple[str, str]]:
    """An answer's name and a text for its cell: a stub, an answer, or two answers in one cell."""
    values = st.integers(1, 99)
    return st.sampled_from("ffgv").flatmap(
        lambda name: st.one_of(
            st.just((name, STUB[name])),
            st.just((name, "")),
            values.map(lambda n: (name, define(name, n))),
            values.map(lambda n: (name, f"helper = {n}")),
            values.map(lambda n: (name, define("f", n) + "\n\n\n" + define("g", n + 1))),
            values.map(lambda n: (name, define(name, n) + "\n    raise NotImplementedError()"))
            if name != "v"
            else st.nothing(),
        )
    )


def arrangements() -> st.SearchStrategy[list[NotebookNode]]:
    """Cells in any order, each with or without its metadata."""
    bare = st.booleans()
    cells = st.one_of(
        st.builds(lambda text, bare: answer(*text, bare=bare), texts(), bare),
        st.builds(lambda name, bare: check(name, bare=bare), st.sampled_from("ffgv"), bare),
        st.sampled_from([setup(), new_code_cell("own = 1")]),
    )
    return st.lists(cells, max_size=9)


def edits() -> st.SearchStrategy[list[NotebookNode]]:
    """A solved notebook with some cells moved, deleted, copied, rewritten or without metadata."""
    kinds = st.sampled_from(["move", "delete", "copy", "scratch", "stub", "bare"])
    step = st.tuples(kinds, st.integers(0, 20), st.integers(0, 20), st.integers(1, 99))
    return st.lists(step, max_size=5).map(edited)


def edited(steps: list[tuple[str, int, int, int]]) -> list[NotebookNode]:
    """That notebook."""
    cells = [setup()]
    for number, name in enumerate(NAMES, start=100):
        cells += [answer(name, define(name, number)), check(name)]
    for kind, at, to, number in steps:
        at, to = at % len(cells), to % (len(cells) + 1)
        cell = from_dict(cells[at])
        if kind in ("move", "delete"):
            del cells[at]
        if kind in ("move", "copy"):
            cells.insert(to, cell)
        task = grade_id_of(cell)
        if kind == "scratch" and task in NAMES:  # a copy with other code in it
            cell.source = define(task, number)
            cells.insert(to, cell)
        if kind == "stub" and task in NAMES:
            cells[at] = answer(task, STUB[task])
        if kind == "bare":
            cell.metadata = NotebookNode()
            cells[at] = cell
        cells = cells or [setup()]
    return cells


def assert_run_all_is_kept(cells: list[NotebookNode]) -> None:
    """At each test cell that was there the same is in force, if anything was."""
    result = restore(notebook(*cells), SOURCE)
    submitted = run_all(cells)
    for name in NAMES:
        seen = [value for value in submitted[name] if value is not None]
        if seen:
            assert at_test_cell(result, name) in seen, name
    kept = [cell.source for cell in result.notebook.cells if cell.source not in CHECK.values()]
    for cell in cells:  # nothing that a student wrote is lost
        assert cell.source in kept or cell.source in CHECK.values()


def at_test_cell(result: Restored, name: str) -> object:
    """What a name gives where the restored test cell stands."""
    cells = result.notebook.cells
    (at,) = (i for i, cell in enumerate(cells) if grade_id_of(cell) == f"test_{name}")
    return run_all([*cells[:at], new_code_cell(CHECK[name])])[name][-1]


@settings(max_examples=200, deadline=None)
@given(edits())
def test_what_a_test_cell_sees_after_run_all_is_what_is_graded(cells: list[NotebookNode]) -> None:
    assert_run_all_is_kept(cells)


@settings(max_examples=200, deadline=None)
@given(arrangements())
def test_in_any_order_a_test_cell_sees_what_run_all_shows_it(cells: list[NotebookNode]) -> None:
    assert_run_all_is_kept(cells)


# --- the cases of which there are many ------------------------------------------

F, G, V = (define(name, number) for number, name in enumerate(NAMES, start=1))


def test_of_two_test_cells_the_one_that_sees_a_definition_counts() -> None:
    helper = answer("f", "helper = 1")
    assert_run_all_is_kept([helper, check("f"), answer("f", F), check("f")])
    assert_run_all_is_kept([helper, check("f"), answer("f", F, bare=True), check("f")])


SCRATCH = define("f", 50)
BARE = {"bare": True}
CASES = {
    "a scratch copy behind the test cell": (
        [answer("f", F), check("f"), answer("f", SCRATCH)],
        ("f", 1, F),
    ),
    "a first attempt before the answer": (
        [answer("f", SCRATCH), answer("f", F), check("f")],
        ("f", 1, F),
    ),
    "a scratch copy without metadata": (
        [answer("f", F), check("f"), answer("f", SCRATCH, **BARE)],
        ("f", 1, F),
    ),
    "all metadata lost, a scratch copy behind": (
        [answer("f", F, **BARE), check("f", **BARE), answer("f", SCRATCH, **BARE)],
        ("f", 1, F),
    ),
    "the answer's metadata lost, an attempt before and a scratch copy behind": (
        [
            *(answer("f", SCRATCH, **BARE), answer("f", F, **BARE), check("f")),
            *(check("g"), answer("f", SCRATCH, **BARE)),
        ],
        ("f", 1, F),
    ),
    "the pair copied, an experiment in the copy": (
        [answer("f", F), check("f"), answer("f", SCRATCH), check("f")],
        ("f", 1, F),
    ),
    "the pair copied, the answer in the copy": (
        [answer("f", STUB["f"]), check("f"), answer("f", F), check("f")],
        ("f", 1, F),
    ),
    "the pair copied without metadata, the answer in the copy": (
        [answer("f", STUB["f"]), check("f"), answer("f", F, **BARE), check("f", **BARE)],
        ("f", 1, STUB["f"]),
    ),
    "the test cell copied to the top": (
        [check("f"), answer("f", F), check("f"), answer("f", SCRATCH)],
        ("f", 1, F),
    ),
    "the test cell deleted, a scratch copy at the end": (
        [answer("f", SCRATCH), answer("f", F), answer("g", G), check("g"), answer("f", SCRATCH)],
        ("f", 1, F),
    ),
    "the answer below its test cell": (
        [check("f"), answer("f", F), check("g")],
        ("f", 1, F),
    ),
    "the answer below its test cell, and a scratch copy": (
        [check("f"), answer("f", F), answer("g", G), check("g"), answer("f", SCRATCH)],
        ("f", 1, F),
    ),
    "the stub below its test cell, the answer in a cell of the student's own": (
        [answer("f", F, **BARE), check("f"), answer("f", STUB["f"])],
        ("f", 1, STUB["f"]),
    ),
    "the stub in its place, the answer in a cell of the student's own behind it": (
        [answer("f", STUB["f"]), answer("f", F, **BARE), check("f")],
        ("f", 1, STUB["f"]),
    ),
    "a leftover of the stub behind the answer, and a scratch copy": (
        [
            *(answer("f", F + "\n    raise NotImplementedError()"), check("f")),
            answer("f", SCRATCH),
        ],
        ("f", 1, F + "\n    raise NotImplementedError()"),
    ),
    "two answers in one cell, a scratch copy of the second behind": (
        [answer("f", f"{F}\n\n\n{G}"), check("f"), check("g"), answer("g", define("g", 60))],
        ("g", 2, define("g", 60)),
    ),
    "an answer in two cells of one name": (
        [answer("f", "helper = 1"), answer("f", F), check("f"), answer("f", SCRATCH)],
        ("f", 1, F),
    ),
    "the helper behind the function": (
        [answer("f", F), answer("f", "helper = 1"), check("f")],
        ("f", 1, "helper = 1"),
    ),
    "a variable, and a scratch copy of its cell": (
        [answer("v", V), check("v"), answer("v", "v = 60"), answer("v", STUB["v"])],
        ("v", 3, V),
    ),
    "an annotated variable without metadata": (
        [answer("v", "v: int = 3", **BARE), check("v"), answer("v", "v = 60", **BARE)],
        ("v", 3, "v: int = 3"),
    ),
    "a variable beside another one": (
        [answer("v", "u, v = 1, 3", **BARE), check("v"), answer("v", "v = 60")],
        ("v", 3, "v = 60"),
    ),
    "an import": (
        [answer("v", "from math import pi as v", **BARE), check("v"), answer("v", STUB["v"])],
        ("v", 3.141592653589793, STUB["v"]),
    ),
    "the given code and an answer at the end": (
        [answer("f", "def f(x=given):\n    return x"), check("f"), answer("f", SCRATCH), setup()],
        ("f", 1, "def f(x=given):\n    return x"),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_answer_that_counts_is_the_one_before_its_test_cell(case: str) -> None:
    cells, (name, gives, text) = CASES[case]
    cells = cells if "given code" in case else [setup(), *cells]
    result = restore(notebook(*cells), SOURCE)
    assert at_test_cell(result, name) == gives
    (kept,) = (c.source for c in result.notebook.cells if grade_id_of(c) == name)
    assert kept == text
    assert_run_all_is_kept(cells)


def test_test_cells_stay_where_they_are_when_an_answer_moves_to_the_end() -> None:
    cells = [setup(), answer("f", F), check("f"), answer("g", G), check("g"), essay("so")]
    moved = [setup(), essay("so"), *cells[3:5], answer("f", SCRATCH, bare=True), *cells[1:3]]
    result = restore(notebook(*moved), SOURCE)
    assert [grade_id_of(cell) for cell in result.notebook.cells if is_test(cell)][0] == "test_g"
    assert at_test_cell(result, "g") == 2


def test_given_code_runs_first_and_where_the_student_has_it() -> None:
    result = restore(notebook(answer("f", F), check("f"), setup(), setup()), SOURCE)
    sources = [cell.source for cell in result.notebook.cells]
    assert sources[0] == "given = 1"
    assert sources.count("given = 1") == 3
    assert "cell setup: it was put back in its place" in result.remarks


WHY, NOTE, NEXT = essay("because"), essay("a note"), answer("f", F)
STUB_TEXT = essay("DEINE ANTWORT")


@pytest.mark.parametrize(
    "cells",
    [
        [STUB_TEXT, WHY, NEXT],
        [WHY, STUB_TEXT, NEXT],
        [STUB_TEXT, NEXT, WHY],
        [NOTE, WHY, NEXT],
        [STUB_TEXT, essay(""), WHY],
    ],
)
def test_of_several_written_answers_one_with_words_counts_and_all_are_there(
    cells: list[NotebookNode],
) -> None:
    result = restore(notebook(setup(), *cells), SOURCE)
    (kept,) = (c.source for c in result.notebook.cells if grade_id_of(c) == "why")
    assert kept == "because"
    shown = [cell.source for cell in result.notebook.cells]
    assert {cell.source for cell in cells} <= set(shown)
    assert any(remark.startswith("cell why: it was there more") for remark in result.remarks)


def test_staff_read_which_copy_counts() -> None:
    cells = [answer("f", F), check("f"), answer("f", SCRATCH), check("f"), answer("f", SCRATCH)]
    remarks = restore(notebook(setup(), *cells), SOURCE).remarks
    assert "cell f: it was there more than once, number 1 of 3 counts" in remarks
    assert "cell test_f: it was there more than once, number 1 of 2 counts" in remarks


def test_the_stubs_of_the_release_are_known_and_answers_are_no_stubs() -> None:
    for cells, done in ((released().cells, False), (solved().cells, True)):
        tasks = {task_of(cell) for cell in cells if is_test(cell)}
        answers = [cell for cell in cells if grade_id_of(cell) in tasks]
        assert len(answers) == len(tasks)
        assert {is_done(cell, grade_id_of(cell)) for cell in answers} == {done}
    (text,) = {c.source for c in released().cells if grade_id_of(c).startswith("answer_")}
    assert not is_done(new_markdown_cell(text), "")


# --- the real notebook ------------------------------------------------------------


def failing(cells: list[NotebookNode]) -> set[str]:
    """The tasks whose visible check does not pass where its test cell stands."""
    namespace: dict[str, object] = {}
    failed = set()
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            if is_test(cell):
                try:
                    exec(visible_text(cell), dict(namespace))
                except Exception:
                    failed.add(task_of(cell))
            elif cell.cell_type == "code":
                with contextlib.suppress(Exception):  # as a kernel goes on
                    exec(cell.source, namespace)
    return failed


def test_the_visible_checks_tell_a_stub_from_an_answer() -> None:
    tasks = {task_of(cell) for cell in released().cells if is_test(cell)}
    assert failing(without_experiments(Submission("x", "x", nothing)).notebook().cells) == set()
    stubs = without_experiments(Submission("x", "x", nothing, solved=False)).notebook().cells
    assert failing(stubs) == tasks


@pytest.mark.parametrize("submission", COPYING, ids=lambda submission: submission.name)
def test_a_notebook_with_copies_passes_every_check_where_it_stands(submission: Submission) -> None:
    result = restore(without_experiments(submission).notebook(), source())
    assert failing(result.notebook.cells) == set()
    for words in submission.told:
        assert any(words in remark for remark in result.remarks), words
