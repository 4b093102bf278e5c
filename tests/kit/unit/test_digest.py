"""What the hidden tests of one assignment depend on, and what they do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.digest import digests_of_suite, places_of_suite
from autograder.model.errors import GraderError

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of a course with the assignments `one` and `two`; give each something first."""

    def put(name: str, text: str) -> None:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    for assignment in ("one", "two"):
        put(f"solutions/{assignment}.py", "")
        put(f"tests/hidden/{assignment}/test_f.py", "from tests.hidden import draws")
        put(f"tests/hidden/{assignment}/helper.py", "")
    put("tests/hidden/draws.py", "")
    return put


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("tests/hidden/one/test_f.py", True),
        ("tests/hidden/one/helper.py", True),
        ("tests/hidden/draws.py", True),
        ("solutions/one.py", True),
        ("tests/hidden/two/test_f.py", False),
        ("tests/hidden/two/helper.py", False),
        ("tests/hidden/two/new.py", False),
        ("solutions/two.py", False),
    ],
)
def test_what_changes_the_digest(tmp_path: Path, write: Write, name: str, changes: bool) -> None:
    before = digests_of_suite(tmp_path, "one")
    write(name, "# another")
    assert (digests_of_suite(tmp_path, "one") != before) is changes


def test_another_assignment_that_is_named_counts(tmp_path: Path, write: Write) -> None:
    write("tests/hidden/one/test_f.py", "from tests.hidden.two import helper")
    before = digests_of_suite(tmp_path, "one")
    write("tests/hidden/two/helper.py", "# another")
    assert digests_of_suite(tmp_path, "one") != before
    assert tmp_path / "tests" / "hidden" / "two" in places_of_suite(tmp_path, "one")


def test_without_hidden_tests(tmp_path: Path, write: Write) -> None:
    with pytest.raises(GraderError, match="'three'"):
        places_of_suite(tmp_path, "three")
