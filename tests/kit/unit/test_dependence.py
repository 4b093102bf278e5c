"""Which earlier tasks a task builds on."""

from __future__ import annotations

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.grading.dependence import dependences_of
from tests.kit.tiny import tag


def uses(*cells: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    """By the task: the cells are texts with the task that they answer, or ""."""
    made = [new_markdown_cell("base twice other")]
    for task, text in cells:
        own = tag(task, solution=True) if task else {}
        made.append(new_code_cell(text, metadata=own))
        if task:
            made.append(new_code_cell("base", metadata=tag(f"test_{task}", grade=True)))
    return {each.task: each.uses for each in dependences_of(new_notebook(cells=made))}


BASE = ("base", "def base(x):\n    return x")


def test_a_name_in_the_cell_counts() -> None:
    assert uses(BASE, ("twice", "def twice(x):\n    return 2 * base(x)")) == {
        "base": (),
        "twice": ("base",),
    }


def test_a_name_counts_through_other_tasks_and_cells() -> None:
    assert uses(
        BASE,
        ("twice", "def twice(x):\n    return 2 * base(x)"),
        ("", "a, b = twice(1), 2"),
        ("", "class Helper:\n    value: int = b"),
        ("table", "table = Helper.value"),
        ("other", "other = 3"),
    ) == {"base": (), "twice": ("base",), "table": ("base", "twice"), "other": ()}


def test_later_tasks_and_the_task_itself_do_not_count() -> None:
    assert uses(
        ("base", "def base(x):\n    return twice(x) + base(0)"),
        ("twice", "def twice(x):\n    return base(x)"),
    ) == {"base": (), "twice": ("base",)}


def test_a_name_within_a_name_does_not_count() -> None:
    assert uses(BASE, ("twice", "def twice(x):\n    return database + base_2"))["twice"] == ()


def test_a_cell_that_is_no_python_is_read_as_well() -> None:
    assert uses(BASE, ("twice", "%%time\ntwice = !ls base("))["twice"] == ("base",)
