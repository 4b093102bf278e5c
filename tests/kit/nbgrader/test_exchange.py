"""What students put into nbgrader's exchange by hand gains them nothing and costs nobody else."""

from __future__ import annotations

import os
import pwd
import secrets
import stat
from pathlib import Path

import pytest
from nbgrader.utils import notebook_hash

from autograder.nbgrader.exchange import Refused, check_folder, parse_name
from autograder.submission.receipt import SECRET, TIMESTAMP
from tests.kit.courses import TinyRoom
from tests.kit.exchange import COURSE, NOW, THEN, exchange_of, put
from tests.kit.tiny import NAME

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

# --- in --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyRoom, int, str, str]:
    """A course that collected, with the status and the words, and what `list` said before."""
    room = TinyRoom.make(tmp_path_factory.mktemp("collect") / "course", release=False)
    inbound = exchange_of(room) / "inbound"
    source = room.root / "source" / NAME / f"{NAME}.ipynb"
    put(inbound, "ada", THEN)
    put(inbound, "ada")
    # links: to the solution, to a secret, of the whole folder
    linked = put(inbound, "bea")
    (linked / f"{NAME}.ipynb").unlink()
    (linked / f"{NAME}.ipynb").symlink_to(source)
    spy = put(inbound, "cleo")
    (spy / SECRET).unlink()
    (spy / SECRET).symlink_to(linked / SECRET)
    (inbound / f"dora+{NAME}+{NOW}+x").symlink_to(source.parent, target_is_directory=True)
    # odd files and modes
    odd = put(inbound, "emil")
    os.mkfifo(odd / "pipe")
    (odd / "folder").symlink_to(source.parent, target_is_directory=True)
    (odd / "tool").write_text("#!/bin/sh\n")
    (odd / "tool").chmod(0o6777)
    odd.chmod(0o777)
    # odd names and times
    put(inbound, "fee", "soon")
    put(inbound, "gus", THEN)
    put(inbound, "gus", "9999-99-99 00:00:00 UTC")
    lying = put(inbound, "hugo")
    (lying / TIMESTAMP).unlink()
    (lying / TIMESTAMP).mkdir()
    _, listed = room.run("nbgrader", "list", "--inbound")
    return room, *room.run("nbgrader", "collect", NAME), listed


def test_the_newest_submission_is_collected_and_what_is_refused_is_named(
    collected: tuple[TinyRoom, int, str, str],
) -> None:
    room, status, said, _ = collected
    assert status == 1
    assert "Traceback" not in said
    found = sorted(path.name for path in (room.root / "submitted").iterdir())
    assert found == ["ada", "bea", "cleo", "emil", "gus", "hugo"]
    assert (room.root / "submitted" / "ada" / NAME / TIMESTAMP).read_text() == NOW
    assert (room.root / "submitted" / "gus" / NAME / TIMESTAMP).read_text() == THEN
    lines = [line for line in said.splitlines() if "is not collected" in line]
    assert any("emil" in line and "folder, pipe: a link" in line for line in lines), lines
    named = {line.split("] ")[1].split("+")[0] for line in lines}
    assert named == {"bea", "cleo", "dora", "emil", "fee", "gus"}


def test_no_link_is_followed(collected: tuple[TinyRoom, int, str, str]) -> None:
    submitted = collected[0].root / "submitted"
    assert not [path for path in submitted.rglob("*") if path.is_symlink()]
    assert sorted(p.name for p in (submitted / "bea" / NAME).iterdir()) == [SECRET, TIMESTAMP]
    assert sorted(p.name for p in (submitted / "cleo" / NAME).iterdir()) == [
        TIMESTAMP,
        f"{NAME}.ipynb",
    ]


def test_no_mode_of_a_students_file_is_taken_over(
    collected: tuple[TinyRoom, int, str, str],
) -> None:
    folder = collected[0].root / "submitted" / "emil" / NAME
    assert sorted(path.name for path in folder.iterdir()) == [
        SECRET,
        TIMESTAMP,
        f"{NAME}.ipynb",
        "tool",
    ]
    for path in (folder, *folder.iterdir()):
        assert not path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IWOTH), path


def test_a_forged_time_in_the_folder_is_replaced_by_that_of_its_name(
    collected: tuple[TinyRoom, int, str, str],
) -> None:
    room = collected[0]
    assert (room.root / "submitted" / "hugo" / NAME / TIMESTAMP).read_text() == NOW


def test_the_list_of_submissions_opens_no_link(collected: tuple[TinyRoom, int, str, str]) -> None:
    listed = collected[3]
    assert "Traceback" not in listed
    assert f"{COURSE} ada {NAME} {NOW}" in listed
    assert f"{COURSE} dora" not in listed
    assert f"{COURSE} cleo" not in listed


def folder_of_user(number: int, kind: int = stat.S_IFDIR) -> os.stat_result:
    """What `lstat` says of somebody's folder."""
    return os.stat_result((kind | 0o755, 1, 1, 1, number, number, 0, 0, 0, 0))


def test_nobody_hands_in_for_somebody_else_with_an_account() -> None:
    other = next(entry for entry in pwd.getpwall() if entry.pw_uid != os.getuid())
    stranger = 1 + max(entry.pw_uid for entry in pwd.getpwall())
    with pytest.raises(Refused, match=f"says {other.pw_name}, but belongs to user {stranger}"):
        check_folder(folder_of_user(stranger), other.pw_name)
    check_folder(folder_of_user(other.pw_uid), other.pw_name)
    check_folder(folder_of_user(os.getuid()), other.pw_name)  # staff, for the student
    check_folder(folder_of_user(stranger), "no-account-of-this-machine")
    check_folder(folder_of_user(stranger), None)  # the setting that does not ask
    with pytest.raises(Refused, match="no folder"):
        check_folder(folder_of_user(other.pw_uid, stat.S_IFLNK), other.pw_name)


@pytest.mark.parametrize(
    ("name", "student"),
    [
        (f"ada+{NAME}+{NOW}+x", "ada"),
        (f"ada+{NAME}+{NOW}", "ada"),
        (f"a+da+{NAME}+{NOW}+x", "a+da"),
    ],
)
def test_a_name_in_the_exchange_is_taken_apart_as_nbgrader_does(name: str, student: str) -> None:
    assert parse_name(name, NAME) == (student, NOW)


@pytest.mark.parametrize(
    "name", [f"..+{NAME}+{NOW}+x", f".+{NAME}+{NOW}", f"+{NAME}+{NOW}", "ada", f"a+{NAME}x+{NOW}"]
)
def test_a_name_that_says_no_student_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        parse_name(name, NAME)


# --- out -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str], int, str]:
    """An exchange after releasing: its pages, the secrets, the status and the words."""
    room = TinyRoom.make(tmp_path_factory.mktemp("feedback") / "course", release=False)
    exchange = exchange_of(room)
    names = ("ada", "bea", "cleo", "dora", "emil", "fee", "gus", "hugo")
    known = {name: secrets.token_hex(64) for name in names}
    known["emil"] = known["dora"]  # one of them copied it
    for name in names:
        folder = room.root / "feedback" / name / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.html").write_text(f"the page of {name}", encoding="utf-8")
        (folder / SECRET).write_text(known[name], encoding="ascii")
    (room.root / "feedback" / "bea" / NAME / SECRET).unlink()
    for name, content in {"cleo": None, "fee": "x" * 10_000_000}.items():
        path = room.root / "feedback" / name / NAME / SECRET
        path.unlink()
        path.write_text(content, encoding="ascii") if content else path.symlink_to("/etc/passwd")
    # whose secret it is shows also where no feedback was made yet
    thief = room.root / "submitted" / "ida" / NAME
    thief.mkdir(parents=True)
    (thief / SECRET).write_text(known["gus"], encoding="ascii")
    status, said = room.run("nbgrader", "release_feedback", NAME)
    return exchange / "feedback", known, status, said


def test_who_has_a_secret_gets_the_page_and_the_others_are_named(
    released: tuple[Path, dict[str, str], int, str],
) -> None:
    pages, known, status, said = released
    assert status == 1
    assert "Traceback" not in said
    found = {path.name: path.read_text() for path in pages.iterdir()}
    assert found == {
        f"{notebook_hash(secret=known[name], notebook_id=NAME)}.html": f"the page of {name}"
        for name in ("ada", "hugo")
    }
    lines = [line for line in said.splitlines() if "gets no feedback by the exchange" in line]
    causes = {line.split("] ")[1].split(" gets")[0]: line for line in lines}
    assert sorted(causes) == ["bea", "cleo", "dora", "emil", "fee", "gus"]
    for name in ("bea", "cleo", "fee"):
        assert "no secret came with the submission" in causes[name]


def test_of_two_with_the_same_secret_neither_gets_the_other_ones_page(
    released: tuple[Path, dict[str, str], int, str],
) -> None:
    _, _, _, said = released
    for student, other in {"dora": "emil", "emil": "dora", "gus": "ida"}.items():
        assert (
            f"{student} gets no feedback by the exchange: {other} handed in the same secret" in said
        )


def test_without_feedback_the_command_says_how_to_make_it(tmp_path: Path) -> None:
    room = TinyRoom.make(tmp_path / "course", release=False)
    exchange_of(room)
    status, said = room.run("nbgrader", "release_feedback", NAME)
    assert (status, "Make it with: nbgrader generate_feedback tiny" in said) == (1, True)


# --- by buttons ------------------------------------------------------------------

PRESS = f"""
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

app = NbGrader()
app.load_config_file()
api = NbGraderAPI(config=app.config)
for button, names in {{
    "generate_assignment": (), "release_assignment": (), "collect": (), "autograde": ("ada",),
    "generate_feedback": ("ada",), "release_feedback": (),
}}.items():
    result = getattr(api, button)("{NAME}", *names)
    print(button, result["success"], result.get("error", ""))
print("listed:", *(each["student"] for each in api.get_submissions("{NAME}")))
"""


def test_the_formgraders_buttons_take_the_same_way(tmp_path: Path) -> None:
    room = TinyRoom.make(tmp_path / "course", release=False)
    exchange = exchange_of(room)
    submission = put(exchange / "inbound", "ada")
    odd = room.hand_in("bea")  # not by the exchange
    (odd / TIMESTAMP).write_text("soon", encoding="ascii")
    _, said = room.run("python", "-c", PRESS)
    pressed = [line for line in said.splitlines() if line.rstrip().endswith(" True")]
    assert len(pressed) == 6, said
    assert "listed: ada bea" in said
    assert (exchange / "outbound" / NAME / f"{NAME}.ipynb").is_file()
    name = notebook_hash(secret=(submission / SECRET).read_text(), notebook_id=NAME)
    assert [path.name for path in (exchange / "feedback").iterdir()] == [f"{name}.html"]
