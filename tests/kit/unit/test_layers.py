"""A folder of the engine imports only from lower floors, and no course content at all."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter

import pytest

from autograder.files import PACKAGE

FLOORS = [
    {"files", "model", "guest"},
    {"sandbox", "student", "submission", "course", "pages", "mutants"},
    {"kernel", "judge", "testing"},
    {"grading"},
    {"pool"},
    {"audit", "nbgrader", "doctor"},
    {"terminal"},
    {"cli"},
    {"__main__"},
]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
COURSE_CONTENT = {"tests", "solutions", "source", "release"}
MODULES = {
    ".".join(["autograder", *path.relative_to(PACKAGE).with_suffix("").parts]): path
    for path in sorted(PACKAGE.rglob("*.py"))
    if path.parent != PACKAGE or path.stem != "__init__"
}


def imports(module: str) -> Iterator[str]:
    """The dotted names of what a module imports, wherever in it."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def needs(module: str) -> set[str]:
    """The modules of the kit that a module imports."""
    names = {name for dotted in imports(module) for name in (dotted, dotted.rpartition(".")[0])}
    return names & set(MODULES)


def room(module: str) -> str:
    """The folder of a module, or its name where it lies in none."""
    return module.split(".")[1]


def test_every_folder_has_one_floor() -> None:
    assert sorted(FLOOR) == sorted({room(module) for module in MODULES})
    assert sum(map(len, FLOORS)) == len(FLOOR)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_from_its_folder_and_from_lower_floors(module: str) -> None:
    others = {room(each) for each in needs(module)} - {room(module)}
    assert {each for each in others if FLOOR[each] >= FLOOR[room(module)]} == set()


def test_no_import_leads_in_a_circle() -> None:
    TopologicalSorter({module: needs(module) for module in MODULES}).prepare()


@pytest.mark.parametrize("module", MODULES)
def test_no_module_imports_course_content(module: str) -> None:
    assert {dotted.split(".")[0] for dotted in imports(module)} & COURSE_CONTENT == set()


def test_beside_student_code_there_is_only_what_student_code_has_too() -> None:
    guest = {module for module in MODULES if room(module) == "guest"}
    found = {dotted for module in guest for dotted in imports(module)}
    assert {needed for module in guest for needed in needs(module)} <= guest
    roots = {dotted.split(".")[0] for dotted in found} - set(sys.stdlib_module_names)
    assert roots <= {"autograder", "numpy", "matplotlib", "IPython", "ipykernel"}


def test_a_folder_holds_no_code_of_its_own() -> None:
    for path in PACKAGE.glob("*/__init__.py"):
        (only,) = ast.parse(path.read_text(encoding="utf-8")).body
        assert isinstance(only, ast.Expr), path


def test_the_readme_draws_the_floors_as_they_are() -> None:
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    drawn = {
        (int(floor), name, tuple(others.split()))
        for floor, name, others in re.findall(
            r"^    (\d)  (\w+) *(?:─► (.*))?$", text, re.MULTILINE
        )
    }
    uses: dict[str, set[str]] = {name: set() for name in FLOOR}
    for module in MODULES:
        uses[room(module)] |= {room(each) for each in needs(module)} - {room(module)}
    assert drawn == {
        (floor, name, tuple(sorted(uses[name], key=lambda each: (-FLOOR[each], each))))
        for floor, names in enumerate(FLOORS[:-1], start=1)
        for name in names
    }
