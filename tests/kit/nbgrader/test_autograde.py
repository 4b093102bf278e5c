"""`nbgrader autograde` ends whatever breaks, names the cause, and grades everybody else."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.submission.receipt import SECRET
from tests.kit.courses import TinyRoom
from tests.kit.tiny import FULL, NAME, RIGHT, SUITE, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

NOTHING = dict.fromkeys(FULL)
# nbgrader calls this hook when it is about to grade a submission, and before it is read
BREAKS = """
import pathlib, shutil, sqlite3, threading
def breaks(assignment, student, notebooks):
    student = pathlib.Path(notebooks[0]).parts[-3]
    if student == "bea":
        shutil.rmtree(pathlib.Path(notebooks[0]).parent)
    if student == "cleo":
        book = sqlite3.connect("gradebook.db", isolation_level=None, check_same_thread=False)
        book.execute("BEGIN EXCLUSIVE")
        # nbgrader's first access waits 5 seconds and fails, the next one comes through
        threading.Timer(8, book.close).start()
    if student == "dora":
        target = pathlib.Path("autograded/dora/tiny/tiny.ipynb")
        target.parent.mkdir(parents=True)
        target.symlink_to("/dev/full")
c.Autograde.pre_convert_hook = breaks
"""
READ_ONLY = """
c.CourseDirectory.db_url = "sqlite:///file:gradebook.db?mode=ro&uri=true"
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    room = TinyRoom.make(tmp_path_factory.mktemp("tiny") / "course")
    for student in ("ada", "bea", "cleo", "dora"):
        room.hand_in(student)
    room.hand_in("emil", WRONG)
    return room


@pytest.fixture(scope="module")
def whole(room: TinyRoom) -> list[str]:
    """What two runs say in which nothing breaks."""
    runs = [room.autograde() for _ in range(2)]
    assert ([status for status, _ in runs], room.scores("bea")) == ([0, 0], FULL), runs
    return [said for _, said in runs]


@pytest.fixture(scope="module")
def broken(room: TinyRoom, whole: list[str]) -> tuple[int, str]:
    """What a run says in which three submissions meet a fault of the grader's side."""
    del whole
    room.configure(BREAKS)
    return room.autograde("--force")


def test_the_log_holds_no_warning_that_staff_can_do_nothing_about(whole: list[str]) -> None:
    assert "Warning" not in whole[0]


def test_what_is_graded_already_says_how_to_grade_it_again(whole: list[str]) -> None:
    assert whole[1].count("graded already, and nothing newer was handed in (--force") == 5


def test_a_fault_ends_with_a_status_and_names_submission_and_cause(
    broken: tuple[int, str],
) -> None:
    status, said = broken
    assert status == 1
    lines = [line for line in said.splitlines() if "was not graded: " in line]
    causes = {line.split("] ")[1].split(" was")[0]: line for line in lines}
    assert sorted(causes) == ["bea", "cleo", "dora"]
    assert "No such file or directory" in causes["bea"]
    assert "database is locked" in causes["cleo"]
    assert "No space left on device" in causes["dora"]
    assert "Traceback" not in said


def test_the_others_are_graded(room: TinyRoom, broken: tuple[int, str]) -> None:
    del broken
    assert room.scores("ada") == FULL
    assert room.scores("emil") == dict.fromkeys(FULL, 0.0)


@pytest.mark.parametrize("student", ["bea", "cleo", "dora"])
def test_a_failed_regrade_leaves_neither_an_old_score_nor_an_old_file(
    room: TinyRoom, broken: tuple[int, str], student: str
) -> None:
    del broken
    assert room.scores(student) == NOTHING
    assert not (room.root / "autograded" / student / NAME).exists()


def test_the_next_run_grades_what_is_left_and_nothing_twice(
    room: TinyRoom, broken: tuple[int, str]
) -> None:
    del broken
    room.configure("")
    room.hand_in("bea")
    before = room.result("ada").stat().st_mtime_ns
    status, said = room.autograde()
    assert status == 0, said
    assert room.result("ada").stat().st_mtime_ns == before
    assert all(room.scores(student) == FULL for student in ("ada", "bea", "cleo", "dora"))


def test_a_gradebook_that_can_not_be_written_leaves_everything_as_it_was(
    room: TinyRoom, broken: tuple[int, str]
) -> None:
    del broken
    room.configure(READ_ONLY)
    before = room.result("ada").read_bytes()
    status, said = room.autograde("--force", "--student", "ada")
    room.configure("")
    assert status == 1
    assert "ada was not graded: the gradebook can't be used: attempt to write a readonly" in said
    assert room.scores("ada") == FULL
    assert room.result("ada").read_bytes() == before


def test_a_bug_in_a_hidden_test_waits_for_a_person_and_the_run_says_so(
    room: TinyRoom, broken: tuple[int, str]
) -> None:
    del broken
    suite = room.root / "tests" / "hidden" / NAME / "test_tiny.py"
    suite.write_text(SUITE.replace("agree(student.half(2), 1)", "1 / 0"), encoding="utf-8")
    status, said = room.autograde("--force", "--student", "ada")
    suite.write_text(SUITE, encoding="utf-8")
    assert status == 1
    assert "ada was not graded: half: ZeroDivisionError" in said
    assert room.scores("ada") == {"test_double": 1.0, "test_half": None}
    assert room.grade("ada").earned is None


def test_what_was_unusual_is_told_to_staff_and_to_no_student(
    room: TinyRoom, broken: tuple[int, str]
) -> None:
    del broken
    room.configure("")
    folder = room.hand_in("fee")
    (folder / "numpy.py").write_text("1 / 0", encoding="utf-8")
    (folder / SECRET).symlink_to("/etc/passwd")
    (room.hand_in("gus") / f"{NAME}.ipynb").write_text("", encoding="utf-8")
    status, said = room.autograde()
    assert (status, "gus was not graded: double: The file is empty." in said) == (1, True)
    assert room.run("nbgrader", "generate_feedback", NAME)[0] == 0
    stray, empty = "'numpy.py' beside the notebook was ignored", "The file is empty."
    forged = f"{SECRET} is no secret of nbgrader's and was ignored"
    assert room.grade("fee").remarks == (stray, forged)
    for step in ("autograded", "feedback"):
        assert not (room.root / step / "fee" / NAME / SECRET).exists()
    assert (room.scores("fee"), room.scores("gus")) == (FULL, NOTHING)
    _, table = room.run("autograder", "table", NAME)
    assert stray in table
    assert empty in table
    for student, words in {"fee": "numpy.py", "gus": "For staff only"}.items():
        graded = room.root / "autograded" / student / NAME / f"{NAME}.ipynb"
        page = room.root / "feedback" / student / NAME / f"{NAME}.html"
        assert words in graded.read_text(encoding="utf-8")
        assert words not in page.read_text(encoding="utf-8")
    assert "Die Datei ist leer." in page.read_text(encoding="utf-8")


def test_who_waits_is_told_by_every_run_until_a_person_has_decided(
    room: TinyRoom, broken: tuple[int, str]
) -> None:
    del broken
    (room.hand_in("hal") / f"{NAME}.ipynb").write_text("", encoding="utf-8")
    first, again = room.autograde("--student", "hal"), room.autograde("--student", "hal")
    assert "hal: graded already" in again[1]
    for status, said in (first, again):
        assert (status, "hal was not graded: " in said) == (1, True)
    status, said = room.autograde("--force", "--student", "ada")
    assert status == 0, said
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "language-models") as book:
        for cell in FULL:
            book.find_grade(cell, NAME, NAME, "hal").manual_score = 0.5
        book.db.commit()
    status, said = room.autograde("--student", "hal")
    assert status == 0, said


def test_no_submission_at_all_is_said(tmp_path: Path) -> None:
    room = TinyRoom.make(tmp_path / "course")
    status, said = room.autograde()
    assert status == 2
    assert "No notebooks were matched" in said
    status, said = room.run("nbgrader", "autograde", "nothing")
    assert status == 2
    assert "There is no notebook to grade in" in said


@pytest.mark.timeout(1200)
def test_a_killed_run_is_completed_by_the_next(tmp_path: Path) -> None:
    """SIGKILL at five random moments: no score is ever wrong, and in the end none is missing."""
    room = TinyRoom.make(tmp_path / "course")
    for student, answers in {"ada": RIGHT, "bea": WRONG, "cleo": RIGHT}.items():
        room.hand_in(student, answers)
    start = time.monotonic()
    assert room.autograde()[0] == 0
    duration = time.monotonic() - start
    right = {student: snapshot(room, student) for student in ("ada", "bea", "cleo")}
    moments = random.Random(0)
    for _ in range(5):
        force = ["--force"] if moments.random() < 0.7 else []
        process = room.start("nbgrader", "autograde", NAME, *force)
        time.sleep(moments.uniform(0.2, 1.0) * duration)
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        for student, (scores, result) in right.items():
            booked = room.scores(student)
            assert all(booked[cell] in (None, score) for cell, score in scores.items())
            assert not room.result(student).exists() or room.result(student).read_bytes() == result
    wait_until_nothing_runs(room.root)
    assert room.autograde()[0] == 0
    assert {student: snapshot(room, student) for student in right} == right
    assert not list(room.root.rglob("*.part"))


def snapshot(room: TinyRoom, student: str) -> tuple[dict[str, float | None], bytes]:
    """What the gradebook and the result file say."""
    return room.scores(student), room.result(student).read_bytes()


def wait_until_nothing_runs(folder: Path) -> None:
    """Fail where a process goes on in a folder whose graders are all dead."""
    deadline = time.monotonic() + 20
    while left := [pid for pid in Path("/proc").glob("[0-9]*") if works_in(pid, folder)]:
        assert time.monotonic() < deadline, [(pid / "cmdline").read_bytes() for pid in left]
        time.sleep(0.2)


def works_in(process: Path, folder: Path) -> bool:
    """Whether a process has that working directory."""
    try:
        return (process / "cwd").resolve(strict=True) == folder
    except OSError:
        return False
