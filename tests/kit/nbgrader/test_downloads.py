"""What learning platforms let staff download becomes submissions: `nbgrader zip_collect`."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import nbformat
import pytest

from autograder.nbgrader.archives import Refused, inner_path
from autograder.nbgrader.downloads import slug
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, RIGHT, WRONG, notebook

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

GOOD, BAD = (nbformat.writes(notebook(answers)).encode() for answers in (RIGHT, WRONG))
LIMITS = "c.Extractor.student_bytes = 3_000_000"


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def linked() -> bytes:
    """A tar with a link to a file of the machine, and a notebook."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        link = tarfile.TarInfo("secret.ipynb")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        info = tarfile.TarInfo("work/tiny.ipynb")
        info.size = len(GOOD)
        archive.addfile(info, io.BytesIO(GOOD))
    return held.getvalue()


def moodle(student: str, number: int, file: str) -> str:
    """A name in Moodle's archive."""
    return f"{student}_{number}_assignsubmission_file_/{file}"


MOODLE = {
    moodle("Anna Müller", 11, "tiny.ipynb"): GOOD,
    moodle("Anna Müller", 12, "tiny.ipynb"): BAD,
    moodle("Seán O'Neil-d'Arc", 13, "Abgabe final.ipynb"): GOOD,
    moodle("Paul Py", 14, "tiny.py"): b"def double(x): return 2 * x",
    moodle("Zoe Zip", 15, "abgabe.zip"): packed(
        {"mein ordner/tiny.ipynb": GOOD, "__MACOSX/x": b""}
    ),
    moodle("Tara Twice", 16, "tiny.ipynb"): GOOD,
    moodle("Tara Twice", 16, "alt/tiny.ipynb"): BAD,
    moodle("Bo Bomb", 17, "bomb.zip"): packed({"tiny.ipynb": bytes(10_000_000)}),
    moodle("Lea Link", 18, "link.tar.gz"): linked(),
    moodle("Bert Broken", 19, "broken.zip"): b"no archive",
    "../../../Evil Eve_20_assignsubmission_file_/tiny.ipynb": GOOD,
    "/Evil Eve_21_assignsubmission_file_/tiny.ipynb": GOOD,
    "Readme.txt": b"of the platform",
}


def collect(room: TinyRoom, platform: str, files: Mapping[str, bytes]) -> str:
    """Collect an archive of a platform; what was said."""
    folder = room.root / "downloaded" / NAME / "archive"
    folder.mkdir(parents=True)
    (folder / "download.zip").write_bytes(packed(files))
    collector = f"--collector=autograder.nbgrader.downloads.{platform}"
    status, said = room.run("nbgrader", "zip_collect", NAME, collector)
    assert status == 0, said
    return said


def submitted(room: TinyRoom) -> dict[str, dict[str, bytes]]:
    """The files of every submission, by student."""
    return {
        folder.parent.name: {path.name: path.read_bytes() for path in folder.iterdir()}
        for folder in (room.root / "submitted").glob(f"*/{NAME}")
    }


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A course without submissions."""
    room = TinyRoom.make(tmp_path_factory.mktemp("course") / "course")
    room.configure(LIMITS)
    return room


@pytest.fixture(scope="module")
def from_moodle(course: TinyRoom, tmp_path_factory: pytest.TempPathFactory) -> tuple[TinyRoom, str]:
    """What was collected from Moodle's archive, and what was said."""
    room = course.copy(tmp_path_factory.mktemp("moodle") / "course")
    return room, collect(room, "Moodle", MOODLE)


def test_everybody_in_moodles_archive_has_a_submission(from_moodle: tuple[TinyRoom, str]) -> None:
    room, said = from_moodle
    found = submitted(room)
    assert {student: set(files) for student, files in found.items()} == {
        "Anna-Müller_11": {"tiny.ipynb"},
        "Anna-Müller_12": {"tiny.ipynb"},
        "Seán-O-Neil-d-Arc_13": {"Abgabe final.ipynb"},
        "Paul-Py_14": {"tiny.py"},
        "Zoe-Zip_15": {"tiny.ipynb"},
        "Tara-Twice_16": {"tiny.ipynb", "tiny (2).ipynb"},
        "Bo-Bomb_17": {"bomb.zip"},
        "Lea-Link_18": {"tiny.ipynb"},
        "Bert-Broken_19": {"broken.zip"},
    }
    assert found["Anna-Müller_11"]["tiny.ipynb"] != found["Anna-Müller_12"]["tiny.ipynb"]
    assert found["Zoe-Zip_15"]["tiny.ipynb"] == GOOD
    assert "bomb.zip was not unpacked: it unpacks to more than 3 MiB" in said
    assert "broken.zip was not unpacked" in said
    assert said.count("its path leaves the archive") == 2
    assert "Readme.txt: no student can be told from its name" in said


def test_nothing_is_written_elsewhere(from_moodle: tuple[TinyRoom, str]) -> None:
    room, _ = from_moodle
    above = [path for path in room.root.parent.rglob("*Eve*") if path.is_file()]
    assert not above
    assert not [path for path in (room.root / "submitted").rglob("*") if path.is_symlink()]


def test_who_handed_in_no_notebook_waits_and_the_others_are_graded(
    from_moodle: tuple[TinyRoom, str],
) -> None:
    room, _ = from_moodle
    status, said = room.autograde()
    assert status == 1, said
    full = {"test_double": 1.0, "test_half": 2.0}
    none = dict.fromkeys(full)
    scores = {student: room.scores(student) for student in submitted(room)}
    waiting = ("Paul-Py_14", "Bo-Bomb_17", "Bert-Broken_19")
    assert scores == {
        student: none if student in waiting else full for student in submitted(room)
    } | {"Anna-Müller_12": dict.fromkeys(full, 0.0), "Tara-Twice_16": scores["Tara-Twice_16"]}
    assert None not in scores["Tara-Twice_16"].values()
    assert "'tiny.py'" in said
    assert "tiny (2).ipynb' beside the notebook was ignored" in said


def test_of_two_uploads_to_canvas_the_last_one_counts(course: TinyRoom, tmp_path: Path) -> None:
    room = course.copy(tmp_path / "course")
    files = {
        "müllerannalena_501_9001_tiny.ipynb": BAD,
        "müllerannalena_501_9002_tiny-1.ipynb": GOOD,
        "oneilsean_LATE_502_9003_tiny-3.ipynb": GOOD,
        "zipzoe_503_9004_abgabe.zip": packed({"tiny.ipynb": GOOD}),
    }
    collect(room, "Canvas", files)
    assert submitted(room) == {
        "müllerannalena_501": {"tiny.ipynb": GOOD, "tiny (older).ipynb": BAD},
        "oneilsean_502": {"tiny.ipynb": GOOD},
        "zipzoe_503": {"tiny.ipynb": GOOD},
    }


def test_in_ilias_the_login_is_the_student(course: TinyRoom, tmp_path: Path) -> None:
    room = course.copy(tmp_path / "course")
    files = {
        "Blatt_zu_Tokens_12/Abgaben/Müller_Anna_amueller_301/20261101101500_tiny.ipynb": BAD,
        "Blatt_zu_Tokens_12/Abgaben/Müller_Anna_amueller_301/20261102101500_tiny.ipynb": GOOD,
        "Blatt_zu_Tokens_12/Abgaben/Müller_Anna_amueller2_302/tiny.ipynb": BAD,
        "Blatt_zu_Tokens_12/Abgaben/Team 5/O'Neil_Seán_soneil_303/tiny.ipynb": GOOD,
        "Blatt_zu_Tokens_12/Blatt.pdf": b"",
    }
    said = collect(room, "Ilias", files)
    assert submitted(room) == {
        "amueller": {"tiny.ipynb": GOOD, "tiny (older).ipynb": BAD},
        "amueller2": {"tiny.ipynb": BAD},
        "soneil": {"tiny.ipynb": GOOD},
    }
    assert "Blatt.pdf: no student can be told" in said


@pytest.mark.parametrize("name", ["/etc/passwd", "a/../../b", "C:\\x", "..\\x", "", "a" * 300])
def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(Refused):
        inner_path(name)


@pytest.mark.parametrize(
    ("name", "id_of"),
    [("O'Neil, Seán", "O-Neil-Seán"), ("../x", "x"), ("  ", "student"), ("王 小明", "王-小明")],
)
def test_a_students_id_can_be_a_folder_and_stand_in_an_address(name: str, id_of: str) -> None:
    assert slug(name) == id_of
