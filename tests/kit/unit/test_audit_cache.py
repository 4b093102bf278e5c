"""A stored audit counts for the very files it was about, and for no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.audit.cache import digest_of, lookup, path_of, store
from autograder.course.folder import Course
from tests.kit import tiny
from tests.kit.courses import TinyRoom


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """A small course, and a cache with nothing in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Course.at(TinyRoom.make(tmp_path / "course", release=False).root)


def test_an_audit_is_looked_up_with_as_many_seeds_or_fewer(course: Course) -> None:
    digest = digest_of(course, tiny.NAME)
    assert lookup(digest, 0) is None
    store(digest, 50)
    for seeds, known in ((0, True), (50, True), (51, False)):
        assert bool(lookup(digest, seeds)) == known
    assert [path.name for path in path_of(digest).parent.iterdir()] == [f"{digest}.json"]


def test_a_stored_audit_that_can_not_be_read_counts_as_missing(course: Course) -> None:
    digest = digest_of(course, tiny.NAME)
    store(digest, 50)
    path_of("0" * 64).write_bytes(path_of(digest).read_bytes())
    assert lookup("0" * 64, 0) is None
    path_of(digest).write_bytes(b"{")
    assert lookup(digest, 0) is None


def test_a_cache_that_can_not_be_written_is_no_error(course: Course, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in the folder's place")
    store("0" * 64, 50)
    assert lookup("0" * 64, 0) is None


@pytest.mark.parametrize(
    "name",
    [
        "nbgrader_config.py",
        f"source/{tiny.NAME}/{tiny.NAME}.ipynb",
        f"source/{tiny.NAME}/plot.png",
        f"tests/hidden/{tiny.NAME}/test_tiny.py",
        f"solutions/{tiny.NAME}.py",
        f"solutions/misconceptions/{tiny.NAME}/double__wrong.py",
    ],
)
def test_whatever_an_audit_reads_changes_its_digest(course: Course, name: str) -> None:
    before = digest_of(course, tiny.NAME)
    assert digest_of(course, tiny.NAME) == before
    path = course.root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write("\n# changed")
    assert digest_of(course, tiny.NAME) != before


def test_what_python_and_students_leave_behind_changes_nothing(course: Course) -> None:
    before = digest_of(course, tiny.NAME)
    for name in (f"tests/hidden/{tiny.NAME}/__pycache__/test.pyc", "submitted/anna/note.txt"):
        path = course.root / name
        path.parent.mkdir(parents=True)
        path.write_text("new")
    assert digest_of(course, tiny.NAME) == before
