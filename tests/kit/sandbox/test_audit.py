"""The audit proves the course's suite, finds a weak one out, and guards the release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit import tiny
from tests.kit.courses import TinyRoom
from tests.kit.submissions import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

SECRET = "# help\n    return 2 * x  # as everybody knows\n"
REFERENCE = '''"""Right answers."""


def double(x):
    """Return 2 x."""
    return 2 * x  # as everybody knows


def half(x):
    """Return x / 2."""
    return x / 2
'''
SOUND = tiny.SUITE.replace(
    "agree(student.double(1), 2)", "agree(student.double(1), 2)\n    agree(student.double(3), 6)"
).replace("agree(student.half(2), 1)", "agree(student.half(2), 1)\n    agree(student.half(5), 2.5)")
ORACLE = SOUND.replace(
    "agree(student.half(2), 1)\n    agree(student.half(5), 2.5)",
    "assert student.half(4) == student.double(1)",
)


def keep(root: Path, kind: str, name: str, code: str) -> None:
    """Put an answer of the course's into its place."""
    folder = root / "solutions" / kind / tiny.NAME
    folder.mkdir(parents=True, exist_ok=True)
    about = '"""Another way.\n\nde: Sieh hin.\nen: Look.\n"""\n\n\n'
    (folder / f"{name}.py").write_text(about + code, encoding="utf-8")


def set_suite(room: TinyRoom, suite: str) -> None:
    """Let these laws grade."""
    path = room.root / "tests" / "hidden" / tiny.NAME / "test_tiny.py"
    path.write_text(suite, encoding="utf-8")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TinyRoom:
    """A small course with its reference, enough variants and enough misconceptions.

    Its proofs are kept in a cache of its own: the user's may hold one of an earlier run.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    room = TinyRoom.make(tmp_path / "course", release=False)
    (room.root / "solutions").mkdir()
    (room.root / "solutions" / f"{tiny.NAME}.py").write_text(REFERENCE, encoding="utf-8")
    for n in range(6):
        keep(room.root, "variants", f"double__{n}", f"def double(x):\n    return x + x + {n} * 0\n")
        keep(room.root, "variants", f"half__{n}", f"def half(x):\n    return 0.5 * x + {n} * 0\n")
    for n in range(5, 15):
        keep(room.root, "misconceptions", f"double__{n}", f"def double(x):\n    return x + {n}\n")
        keep(room.root, "misconceptions", f"half__{n}", f"def half(x):\n    return x + {n}\n")
    set_suite(room, SOUND)
    return room


def test_a_task_of_the_courses_own_suite_passes(tmp_path: Path) -> None:
    """Those of all tasks are audited by `make audit`."""
    path = tmp_path / "audit.json"
    command = "autograder", "audit", "next_token", "--task", "top_k_choice", "--seeds", "5"
    status, said = TinyRoom(ROOT).run(*command, "--json", str(path))
    assert status == 0, said
    audit = json.loads(path.read_text(encoding="utf-8"))
    assert len(audit["checks"]) == 15
    kinds = [answer["kind"] for answer in audit["answers"]]
    assert kinds.count("variant") >= 8 and kinds.count("misconception") >= 14
    assert kinds.count("behaviour") >= 60
    assert {answer["name"].split("__")[0] for answer in audit["answers"]} == {"top_k_choice"}
    assert audit["power"]


def test_a_sound_suite_is_released_and_proven_once(room: TinyRoom) -> None:
    status, said = room.run("autograder", "release", tiny.NAME)
    assert status == 0, said
    assert 5 < said.count(" answers\n") < 60, said  # no terminal: a line now and then
    path = room.root / "release" / tiny.NAME / f"{tiny.NAME}.ipynb"
    path.unlink()
    status, said = room.run("autograder", "release", tiny.NAME)
    assert status == 0 and "Nothing has changed since the audit" in said
    assert path.is_file()


def test_a_weak_suite_is_found_out_and_not_released(
    room: TinyRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # a line a problem
    set_suite(room, ORACLE)
    keep(room.root, "misconceptions", "half__cunning", "def half(x):\n    return x / 2 + x - 4\n")
    keep(room.root, "variants", "double__strange", "def double(x):\n    return 'two'\n")
    (room.root / "source" / tiny.NAME / "help.py").write_text(SECRET, encoding="utf-8")
    status, said = room.run("autograder", "release", tiny.NAME, "--seeds", "0")
    assert status == 1
    for problem in (
        "half: test_half asks the student for double",
        "half: test_half passes where every function returns zero",
        "half__cunning is not caught: Another way.",
        "double__strange loses test_two",
        "help.py holds: return 2 * x  # as everybody knows",
        "tiny is not released",
    ):
        assert problem in said, said
    assert not (room.root / "release").exists()


def test_an_unknown_task_and_a_missing_reference_are_named(room: TinyRoom) -> None:
    status, said = room.run("autograder", "audit", tiny.NAME, "--task", "triple")
    assert status == 2 and "triple" in said and "double, half" in said
    (room.root / "solutions" / f"{tiny.NAME}.py").unlink()
    status, said = room.run("autograder", "audit", tiny.NAME)
    assert status == 2 and "The reference is missing" in said
