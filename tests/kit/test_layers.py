"""A module of the engine imports only from lower layers, and no course content at all."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import autograder

FOLDER = Path(autograder.__file__).parent
LAYERS = [
    {
        *("texts", "wire", "literal", "mutation", "witness", "cache", "effort", "files"),
        *("highlight", "overlay", "receipt"),
    },
    {"errors", "bisection", "markup", "guest", "seccomp", "behaviour"},
    {"init", "limits", "model", "notebook", "law", "edges", "imprecision", "memory", "chance"},
    {
        "usage",
        "recognition",
        "intake",
        "course",
        "feedback",
        "line",
        "bank",
        "snapshot",
        "layout",
        "apart",
    },
    {"sandbox", "proof", "page", "report", "submission", "student", "inplace", "draft", "exchange"},
    {"kernel", "plugin", "diagnosis", "export", "reading"},
    {"execution", "probe", "suite"},
    {"rerun", "trial"},
    {"grading", "warmth", "checks", "subtle"},
    {"process"},
    {"preprocessors"},
    {"release", "converter"},
    {"doctor", "audit", "gate"},
    {"audit_report"},
    {"cli"},
]
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}
COURSE_CONTENT = {"tests", "solutions", "source", "release"}
MODULES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem != "__init__")


def imports(name: str) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it."""
    tree = ast.parse((FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def kit_imports(name: str) -> set[str]:
    """The modules of the kit that a module imports."""
    parts = (dotted.split(".") for dotted in imports(name))
    return {dotted[1] for dotted in parts if dotted[0] == "autograder" and len(dotted) > 1}


def test_every_module_has_one_layer() -> None:
    assert sorted(LAYER) == MODULES
    assert sum(map(len, LAYERS)) == len(LAYER)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_from_lower_layers(name: str) -> None:
    level = {module: LAYER[module] for module in kit_imports(name) & set(LAYER)}
    assert {module for module, layer in level.items() if layer >= LAYER[name]} == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_names_the_modules_that_it_imports(name: str) -> None:
    assert kit_imports(name) <= set(LAYER) | {"__version__"}
    assert "autograder" not in set(imports(name))


@pytest.mark.parametrize("name", MODULES)
def test_no_module_imports_course_content(name: str) -> None:
    assert {dotted.split(".")[0] for dotted in imports(name)} & COURSE_CONTENT == set()


def test_beside_student_code_there_is_only_the_wire() -> None:
    assert kit_imports("init") == {"guest"}
    assert kit_imports("guest") == {"wire"}
    assert kit_imports("wire") == set()


def test_the_wire_needs_the_standard_library_and_numpy_alone() -> None:
    import sys

    roots = {dotted.split(".")[0] for dotted in imports("wire")}
    assert roots - set(sys.stdlib_module_names) == {"numpy"}


def test_the_package_itself_imports_nothing() -> None:
    assert list(imports("__init__")) == []
