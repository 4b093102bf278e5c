"""The notebook has every cell the contract asks for, and its visible checks judge rightly."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from nbgrader.nbgraderformat import MetadataValidator

from autograder.model.cells import split_regions

from .notebook import (
    COURSE,
    PARAMETERS,
    POINTS,
    STUBS,
    TASKS,
    VARIABLES,
    VARIANTS,
    cells,
    grading,
    read,
    region,
    replace,
    run,
    solved,
    stub,
    variants,
    visible,
)

ANSWERS = ("answer_truth", "answer_temperature", "answer_deviation")
LOCKED = ("setup", "vocabulary", "plot_probs", "plot_compare")
FILES = sorted(VARIANTS.glob("*.py"))

WRONG = {
    "softmax": "def softmax(z):\n    return np.exp(z) / np.exp(z).sum()",
    "softmax_with_temperature": "def softmax_with_temperature(z, T):\n    return softmax(z * T)",
    "entropy": "def entropy(p):\n    return -np.sum(p * np.log2(np.where(p > 0, p, 1)))",
    "argmax_choice": (
        "def argmax_choice(tokens, p):\n    i = len(p) - 1 - np.argmax(p[::-1])\n"
        "    return tokens[i], i"
    ),
    "sample_choice": "def sample_choice(tokens, p, rng):\n    return argmax_choice(tokens, p)",
    "sample_many": (
        "def sample_many(tokens, p, n=2000, rng=None):\n"
        "    counts = np.bincount(rng.choice(len(p), size=n, p=p))\n    return counts, counts / n"
    ),
    "deviation": "def deviation(p, rel):\n    return np.max(rel - p)",
    "prob_not": "def prob_not(tokens, p, token):\n    return p[tokens.index(token)]",
    "top_k": "def top_k(p, k):\n    return np.where(p >= np.sort(p)[-k], p, 0)",
    "top_k_choice": (
        "def top_k_choice(tokens, p, k, rng):\n    return sample_choice(tokens, p, rng)"
    ),
    "temperature_table": "temperature_table = {0.2: 0.88, 1.0: 0.44, 3.0: 0.26}",
    "my_logits": "my_logits = np.zeros(6)",
    "my_deviation": "my_deviation = 0",
}


def judge(task: str, source: str) -> None:
    """Run the visible checks of `task` on `source`, standing where the solution cell stands."""
    namespace = solved(before=task)
    run(source, namespace)
    run(visible(task), namespace)


# --- the cells


def test_the_notebook_is_valid_for_jupyter_and_nbgrader() -> None:
    notebook = read()
    nbformat.validate(notebook)
    MetadataValidator().validate_nb(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    assert not any(cell.get("outputs") for cell in notebook.cells)


@pytest.mark.parametrize("task", TASKS)
def test_each_task_has_a_solution_cell_and_a_test_cell_right_below(task: str) -> None:
    names = list(cells())
    assert names.index(f"test_{task}") == names.index(task) + 1
    flags = {"schema_version": 3, "task": False}
    assert grading(cells()[task]) == {
        **flags, "grade_id": task, "grade": False, "solution": True, "locked": False,
    }  # fmt: skip
    assert grading(cells()[f"test_{task}"]) == {
        **flags, "grade_id": f"test_{task}", "grade": True, "solution": False, "locked": True,
        "points": POINTS[task],
    }  # fmt: skip


def test_three_answers_are_graded_by_hand() -> None:
    by_hand = {name: cell for name, cell in cells().items() if cell.cell_type == "markdown"}
    graded = {name: cell for name, cell in by_hand.items() if grading(cell)}
    assert set(graded) == set(ANSWERS)
    for name, cell in graded.items():
        flags = grading(cell)
        assert flags["grade"] and flags["solution"] and not flags["locked"]
        assert (flags["grade_id"], flags["points"]) == (name, 4)
        assert "**Bewertung (4 Punkte)**" in region(cell.source, "MARK SCHEME")
        _, given = split_regions(cell.source, "MARK SCHEME")
        assert replace("\n".join(given), "SOLUTION", STUBS["markdown"]) == "DEINE ANTWORT"


def test_set_up_cells_are_locked_and_nothing_else_carries_metadata() -> None:
    for name in LOCKED:
        flags = grading(cells()[name])
        assert flags["locked"] and not flags["grade"] and not flags["solution"]
    named = {name for name, cell in cells().items() if grading(cell)}
    assert named == {*TASKS, *(f"test_{task}" for task in TASKS), *ANSWERS, *LOCKED}


def test_run_all_is_let_through_by_test_cells_and_variables_alone() -> None:
    tagged = {name for name, cell in cells().items() if cell.metadata.get("tags")}
    assert tagged == {*VARIABLES, *(f"test_{task}" for task in TASKS)}
    assert all(cells()[name].metadata.tags == ["raises-exception"] for name in tagged)


@pytest.mark.parametrize("task", PARAMETERS)
def test_a_stub_has_the_contracts_parameters_and_a_docstring(task: str) -> None:
    (function,) = ast.parse(stub(task)).body
    assert isinstance(function, ast.FunctionDef) and function.name == task
    assert tuple(arg.arg for arg in function.args.args) == PARAMETERS[task]
    assert "Ergebnis: " in (ast.get_docstring(function) or "")
    assert isinstance(function.body[1], ast.Raise) and len(function.body) == 2


def test_what_raises_says_so_in_the_docstring() -> None:
    for task in PARAMETERS:
        source = cells()[task].source
        if any("raise ValueError" in line for line in region(source, "SOLUTION")):
            assert "ValueError" in stub(task), task
    assert "ValueError" in stub("top_k_choice")


def test_no_line_of_a_solution_stands_outside_its_region() -> None:
    notebook = cells().values()
    secret = {line.strip() for cell in notebook for line in region(cell.source, "SOLUTION")}
    public = "\n".join(replace(cell.source, "SOLUTION") for cell in notebook)
    told = {
        line for line in secret if len(line) > 12 and line in public
    }  # shorter ones tell nothing
    assert not told


# --- the test cells


@pytest.mark.parametrize("task", TASKS)
def test_the_hidden_region_fails_where_the_grader_is_not_set_up(task: str) -> None:
    hidden = "\n".join(region(cells()[f"test_{task}"].source, "HIDDEN TESTS"))
    with pytest.raises(RuntimeError, match=f"^Hidden tests of {task}: graded by the autograder"):
        run(hidden, {})


@pytest.mark.parametrize("task", TASKS)
def test_visible_checks_import_nothing_but_numpy(task: str) -> None:
    nodes = list(ast.walk(ast.parse(visible(task))))
    imported = {a.name for node in nodes if isinstance(node, ast.Import) for a in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported <= {"numpy"}


@pytest.mark.parametrize("task", TASKS)
def test_every_visible_check_says_what_went_wrong(task: str) -> None:
    checks = [node for node in ast.walk(ast.parse(visible(task))) if isinstance(node, ast.Assert)]
    assert len(checks) >= 2
    assert all(check.msg is not None for check in checks)


@pytest.mark.parametrize("task", TASKS)
def test_visible_checks_pass_for_the_solution(task: str, capsys: Any) -> None:
    judge(task, cells()[task].source)
    assert capsys.readouterr().out.startswith(f"✓ {task}: ")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_visible_checks_pass_for_every_variant(path: Path) -> None:
    judge(path.stem.split("__")[0], path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("task", PARAMETERS)
def test_visible_checks_say_of_an_untouched_function_that_it_is_unfinished(task: str) -> None:
    with pytest.raises(Exception, match=f"^noch nicht fertig: {task}$"):
        judge(task, stub(task))


@pytest.mark.parametrize("task", VARIABLES)
def test_visible_checks_say_of_a_missing_variable_that_it_is_unfinished(task: str) -> None:
    with pytest.raises(NotImplementedError):
        run(stub(task), solved(before=task))
    with pytest.raises(Exception, match=f"^noch nicht fertig: {task}$"):
        judge(task, "")


def test_visible_checks_name_the_function_that_is_unfinished_and_no_other() -> None:
    namespace = solved(before="softmax")
    run(stub("softmax"), namespace)
    run(cells()["softmax_with_temperature"].source, namespace)
    with pytest.raises(Exception, match="^noch nicht fertig: softmax$"):
        run(visible("softmax_with_temperature"), namespace)


def test_visible_checks_show_other_errors_as_they_are() -> None:
    with pytest.raises(NameError, match="nump"):
        judge("softmax", "def softmax(z):\n    return nump.exp(z)")
    with pytest.raises(ZeroDivisionError):
        judge("deviation", "def deviation(p, rel):\n    return 1 / 0")


@pytest.mark.parametrize("task", TASKS)
def test_visible_checks_fail_for_a_typical_mistake(task: str) -> None:
    with np.errstate(all="ignore"), pytest.raises(AssertionError, match=r"\w{3}"):
        judge(task, WRONG[task])


# --- the variants


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_variant_names_its_route_and_defines_its_task(path: Path) -> None:
    task = path.stem.split("__")[0]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert len((ast.get_docstring(tree) or "\n").splitlines()) == 1
    namespace = solved(before=task)
    assert task not in namespace
    run(path.read_text(encoding="utf-8"), namespace)
    assert task in namespace
    if task in PARAMETERS:
        (function,) = (n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == task)
        assert tuple(arg.arg for arg in function.args.args) == PARAMETERS[task]


@pytest.mark.parametrize("task", TASKS)
def test_there_are_enough_variants_and_no_two_are_the_same(task: str) -> None:
    trees = {
        ast.dump(ast.Module(ast.parse(path.read_text(encoding="utf-8")).body[1:], []))
        for path in variants(task)
    }
    assert len(trees) == len(variants(task)) >= (6 if task in PARAMETERS else 3)


# --- the notebook as a whole, in a real kernel


def execute(*, untouched: bool) -> Any:
    """Run the notebook from top to bottom without its hidden regions."""
    notebook = copy.deepcopy(read())
    for cell in notebook.cells:
        cell.source = replace(cell.source, "HIDDEN TESTS")
        if untouched:
            cell.source = replace(cell.source, "SOLUTION", STUBS[cell.cell_type])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return {cell.id: cell.get("outputs", []) for cell in notebook.cells}


def test_the_solved_notebook_runs_without_an_error_and_draws_its_plots() -> None:
    outputs = execute(untouched=False)
    broken = [n for n, out in outputs.items() if any(o.output_type == "error" for o in out)]
    assert not broken
    drawn = [n for n, out in outputs.items() if any("image/png" in o.get("data", {}) for o in out)]
    assert len(drawn) >= 8


def test_run_all_goes_through_the_untouched_notebook_and_says_what_is_missing() -> None:
    outputs = execute(untouched=True)
    broken = {n for n, out in outputs.items() if any(o.output_type == "error" for o in out)}
    assert broken == {*VARIABLES, *(f"test_{task}" for task in TASKS)}
    said = {n: "".join(o.get("text", "") for o in out) for n, out in outputs.items()}
    assert said["softmax-demo"] == "noch nicht fertig: softmax\n"
    for task in TASKS:
        (error,) = outputs[f"test_{task}"]
        assert error.traceback == [f"noch nicht fertig: {task}"]
    assert said["my-logits-demo"] == "noch nicht fertig: my_logits\n"


def test_pictures_stand_in_where_there_are_no_widgets() -> None:
    notebook = copy.deepcopy(read())
    notebook.cells[0] = new_code_cell("import sys\nsys.modules['ipywidgets'] = None")
    for cell in notebook.cells:
        cell.source = replace(cell.source, "HIDDEN TESTS")
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    for name in ("slider", "dice"):
        (cell,) = (cell for cell in notebook.cells if cell.id == name)
        assert [list(output.data) for output in cell.outputs] == [["text/plain", "image/png"]]


def test_buttons_throw_further_and_the_bars_grow(capsys: Any) -> None:
    shown: list[Any] = []
    namespace = solved() | {"display": lambda *widgets: shown.extend(widgets)}
    for name in ("plot_probs", "plot_compare", "dice"):
        run(cells()[name].source, namespace)
    buttons = shown[0].children
    for button in buttons:
        button.click()
    assert int(namespace["thrown"].sum()) == 111
    buttons[1].click()
    assert int(namespace["thrown"].sum()) == 121


@pytest.mark.parametrize("task", TASKS)
def test_a_task_says_its_points_before_it_begins(task: str) -> None:
    before = list(cells().values())[: list(cells()).index(task)]
    prose = "\n".join(cell.source for cell in before if cell.cell_type == "markdown")
    assert re.search(rf"`{task}`\*{{0,2}} \({POINTS[task]} Punkte\)", prose)


def test_the_rules_state_all_points_and_fit_on_a_screen() -> None:
    rules = cells()["rules"].source
    code, words = sum(POINTS.values()), 4 * len(ANSWERS)
    assert f"{code + words} Punkte: {code} für Code, {words} für" in rules
    assert len(rules.splitlines()) < 30
    assert list(cells())[-1] == "small-print"


def test_the_students_requirements_name_what_the_notebook_imports() -> None:
    lines = (COURSE / "source" / "next_token" / "requirements.txt").read_text().split()
    names = {line.partition(">=")[0] for line in lines}
    assert names == {"numpy", "matplotlib", "ipykernel", "jupyterlab", "ipywidgets"}
    assert all(">=" in line for line in lines)
