"""Every operator makes its own change, and nothing that does not run is changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.mutants.syntax import ARROW, COMBINED, COMPARED, CONFUSED, Mutant, mutate

COURSE = Path(__file__).resolve().parents[3]
REFERENCE = (COURSE / "solutions" / "next_token.py").read_text(encoding="utf-8")
TASKS = tuple(
    sorted(
        path.stem.removeprefix("test_") for path in COURSE.glob("tests/hidden/next_token/test_*.py")
    )
)


def after(statement: str) -> list[str]:
    """What becomes of the first line of a body, in each mutant that changes it."""
    found = mutate(f"def f(x, y, p):\n    {statement}\n    return\n", ("f",))
    assert all(mutant.task == "f" for mutant in found)
    assert {mutant.change.split(ARROW)[0] for mutant in found} <= {statement.split("\n")[0]}
    return [mutant.change.split(ARROW)[1] for mutant in found]


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("x < y", ["x <= y", "x >= y"]),
        ("x <= y", ["x < y", "x > y"]),
        ("x > y", ["x >= y", "x <= y"]),
        ("x >= y", ["x > y", "x < y"]),
        ("x == y", ["x != y"]),
        ("x != y", ["x == y"]),
        ("x in y", ["x not in y"]),
        ("x not in y", ["x in y"]),
        ("x is y", ["x is not y"]),
        ("x is not y", ["x is y"]),
        ("x < y == p", ["x <= y == p", "x >= y == p", "x < y != p"]),
        ("x + y", ["x - y"]),
        ("x - y", ["x + y"]),
        ("x * y", ["x / y"]),
        ("x / y", ["x * y"]),
        ("x // y", ["x / y"]),
        ("x ** y", ["x * y"]),
        ("x % y", []),
        ("-x", ["x"]),
        ("not x", ["x"]),
        ("+x", []),
        ("x and y and p", ["x or y or p"]),
        ("x or y", ["x and y"]),
        ("True", ["False"]),
        ("5", ["6", "4"]),
        ("0.5", ["1.5", "-0.5"]),
        ("'text'", []),
        ("x.sort(p)", ["p"]),
        ("p(x, y)", ["x"]),
        ("p(*x)", []),
        ("p(key=x, other=y)", ["p(other=y)", "p(key=x)"]),
        ("p(y, key=x)", ["p(y)", "y"]),
        ("x[:y]", ["x[:y + 1]", "x[:y - 1]", "x[y:]"]),
        ("x[y:]", []),
        ("(x, y)", ["(y, x)"]),
        ("(x, y, p)", []),
        ("x = y", ["pass"]),
        ("x += y", ["pass"]),
        ("if x:\n        p", ["if False:", "if True:"]),
        ("return x", ["return None"]),
        ("raise ValueError('say')", ["raise TypeError('say')"]),
        ("raise KeyError('say')", []),
    ],
)
def test_each_operator_makes_its_changes_and_no_other(statement: str, changed: list[str]) -> None:
    assert after(statement) == changed


@pytest.mark.parametrize(("name", "other"), CONFUSED.items())
def test_functions_that_are_taken_for_each_other_are_exchanged(name: str, other: str) -> None:
    assert after(f"np.{name}") == [f"np.{other}"]
    assert after(name) == [other]
    assert after(f"p.{name}(axis=0)")[:2] == [f"p.{name}()", f"p.{other}(axis=0)"]


def test_no_entry_of_the_tables_is_its_own_replacement() -> None:
    assert all(kind not in others for kind, others in COMPARED.items())
    assert all(kind is not other for kind, other in COMBINED.items())
    assert all(name != other for name, other in CONFUSED.items())


def test_defaults_are_changed_too() -> None:
    found = mutate("def f(x=1, *, y=True):\n    pass\n", ("f",))
    assert [mutant.change.split(ARROW)[1] for mutant in found] == [
        "def f(x=2, *, y=True):",
        "def f(x=0, *, y=True):",
        "def f(x=1, *, y=False):",
    ]


def test_a_variable_is_changed_in_its_value_alone() -> None:
    found = mutate("v: dict[int, float] = {1: x}\nw = 2\n", ("v", "w"))
    assert [(mutant.task, mutant.source) for mutant in found] == [
        ("v", "v: dict[int, float] = {2: x}\n"),
        ("v", "v: dict[int, float] = {0: x}\n"),
        ("w", "w = 3\n"),
        ("w", "w = 1\n"),
    ]


STILL = '''
def f(x: tuple[int, max], y: 1 = None) -> tuple[float, 3]:
    """Return max of 1 < 2, and not True."""
    rest: tuple[np.float64, int] = x

    def inner(z: tuple[int, 5]) -> tuple[str, 7]:
        """Add 1 + 1."""
        return z

    if y:
        raise ValueError(f"{x + 1} < {max(x, 2)} and {not y}", (1, 2))
    return rest
'''


def test_docstrings_annotations_and_texts_of_errors_stay() -> None:
    found = mutate(STILL, ("f",))
    assert [mutant.change.split(ARROW)[1] for mutant in found] == [
        "return None",
        "if False:",
        "if True:",
        """raise TypeError(f'{x + 1} < {max(x, 2)} and {not y}', (1, 2))""",
        "return None",
    ]


# --- tasks and helpers --------------------------------------------------------

HELPED = """
import numpy as np

def helper(x):
    return x + y

def shared(x):
    return x * y

def unused(x):
    return x / y

def f(x):
    pass
    helper(x), shared(x), g(x)

def g(x):
    pass
    shared(x), p
"""


def owners(change: str) -> list[str]:
    return [mutant.task for mutant in mutate(HELPED, ("f", "g")) if mutant.change == change]


def test_a_helper_is_changed_for_each_task_that_uses_it() -> None:
    assert owners(f"return x + y{ARROW}return x - y") == ["f"]
    assert owners(f"return x * y{ARROW}return x / y") == ["f", "g"]
    assert owners(f"return x / y{ARROW}return x * y") == []


def test_a_task_that_another_one_calls_is_changed_for_itself_alone() -> None:
    assert owners(f"(shared(x), p){ARROW}(p, shared(x))") == ["g"]


def test_a_mutant_of_a_helper_brings_the_task_that_uses_it() -> None:
    found = mutate(HELPED, ("f", "g"))
    changed = next(m for m in found if m.change == f"return x + y{ARROW}return x - y")
    assert changed.source.startswith("def helper(x):\n    return x - y\n\n\ndef f(x):\n")
    assert changed.original == changed.source.replace("x - y", "x + y")


def test_a_task_that_the_reference_does_not_define_has_no_mutants() -> None:
    assert mutate("def f(x):\n    return x\n", ("g",)) == ()
    assert mutate("import os\nx, y = 1, 2\n", ("x", "y", "os")) == ()


@pytest.mark.parametrize(
    "body",
    [
        *(
            "return None",
            "return (x, x)",
            "return 1e300",
            "x = 1\n    return x",
            "if True:\n        x",
        ),
        *("return max(*x)", "return -(-x)", "return x[:1][:1]", "return not not x"),
        "return p(key=1, **x)",
    ],
)
def test_every_mutant_compiles_and_is_another_program(body: str) -> None:
    check_mutants(mutate(f"def f(x):\n    {body}\n", ("f",)))


def check_mutants(found: tuple[Mutant, ...]) -> None:
    for mutant in found:
        compile(mutant.source, "<mutant>", "exec", dont_inherit=True)
        assert mutant.source != mutant.original
        before, changed = mutant.change.split(ARROW)
        assert before != changed
        assert before in map(str.strip, mutant.original.split("\n"))
        assert changed in map(str.strip, mutant.source.split("\n"))
    sources = [(mutant.task, mutant.source) for mutant in found]
    assert len(set(sources)) == len(sources)


# --- the course's own reference -----------------------------------------------


def test_no_mutant_of_the_reference_comes_twice_or_is_the_reference() -> None:
    found = mutate(REFERENCE, TASKS)
    assert {mutant.task for mutant in found} == set(TASKS)
    check_mutants(found)
    # a change names its mutant in the list of equivalents
    changes = [(mutant.task, mutant.change) for mutant in found]
    assert len(set(changes)) == len(changes)


def test_mutants_of_the_reference_differ_in_the_line_that_is_shown_alone() -> None:
    for mutant in mutate(REFERENCE, TASKS):
        pairs = zip(mutant.original.split("\n"), mutant.source.split("\n"), strict=True)
        differing = [ARROW.join(map(str.strip, pair)) for pair in pairs if pair[0] != pair[1]]
        assert differing == [mutant.change]


def test_the_same_reference_has_the_same_mutants_in_the_order_of_the_tasks() -> None:
    found = mutate(REFERENCE, TASKS)
    assert found == mutate(REFERENCE, TASKS)
    assert list(dict.fromkeys(mutant.task for mutant in found)) == list(TASKS)
