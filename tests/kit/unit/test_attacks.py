"""What the stored submissions attack is there: had it moved, they would attack nothing."""

from __future__ import annotations

import ast
import importlib
import inspect
import re

import pytest

from autograder.guest.answer import call
from tests.kit.submissions.answering import PATCHES_BUILTIN
from tests.kit.submissions.forging import ANSWERS_FOR_IT, PATCHES_FORKS, PATCHES_GUEST
from tests.kit.submissions.spying import IMPORTS_COURSE, TELLS_IN_VALUES


@pytest.mark.parametrize("code", [PATCHES_BUILTIN, ANSWERS_FOR_IT, PATCHES_FORKS, PATCHES_GUEST])
def test_what_is_patched_in_the_guest_exists(code: str) -> None:
    tree = ast.parse(code)
    imported = {
        alias.asname or alias.name: importlib.import_module(f"{node.module}.{alias.name}")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("autograder")
        for alias in node.names
    }
    patched = [
        (target.value.id, target.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute)
        and isinstance(target.value, ast.Name)
        and target.value.id in imported
    ]
    assert patched
    assert [name for module, name in patched if not hasattr(imported[module], name)] == []


def test_the_modules_that_a_spy_imports_exist_outside() -> None:
    names = re.findall(r'"(autograder[\w.]+)"', IMPORTS_COURSE)
    assert len(names) >= 4
    for name in names:
        importlib.import_module(name)


def test_the_frame_that_a_spy_reads_holds_the_request() -> None:
    (name,) = re.findall(r'f_locals\["(\w+)"\]', TELLS_IN_VALUES)
    assert name in inspect.signature(call).parameters
