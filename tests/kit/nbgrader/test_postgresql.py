"""A gradebook on a PostgreSQL server, which several coordinators may share."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory

from autograder.course.database import waiting_for_turn
from autograder.course.folder import Course
from autograder.nbgrader.gradebook import read_class
from tests.kit.courses import TinyRoom
from tests.kit.postgresql import Server, find_programs, running_server
from tests.kit.tiny import NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

POINTS = {"anna": (1.0, 2.0, None), "ben": (0.0, 0.0, None)}  # nobody has read the text yet
WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(find_programs()) as server:
        yield server


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A course with SQLite, in which two students have handed in and nobody has been graded."""
    room = TinyRoom.make(tmp_path_factory.mktemp("released") / "course")
    room.hand_in("anna")
    room.hand_in("ben", WRONG)
    return room


@pytest.fixture
def shared(released: TinyRoom, server: Server, tmp_path: Path) -> TinyRoom:
    """A clone of it, with an empty database on the server for its gradebook."""
    room = TinyRoom(tmp_path / "course")
    shutil.copytree(released.root, room.root)
    (room.root / "gradebook.db").unlink()
    url = server.create(tmp_path.name)
    room.configure(f"\nc.CourseDirectory.db_url = {url!r}\n")
    return room


def points(room: TinyRoom) -> dict[str, tuple[float | None, ...]]:
    """What the gradebook says."""
    return {row.student: row.points for row in read_class(Course.at(room.root), NAME).rows}


def start(room: TinyRoom, *options: str) -> subprocess.Popen[str]:
    return room.start("nbgrader", "autograde", NAME, *options)


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate()
    return process.returncode, said


def commands(process: subprocess.Popen[str]) -> Iterator[str]:
    """The command lines of all processes, looked at again and again until this one ends."""
    while process.poll() is None:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                yield path.read_text(errors="replace")
            except OSError:  # it has just ended
                continue
        time.sleep(0.05)


def test_points_pages_and_table_are_those_of_sqlite(
    released: TinyRoom, shared: TinyRoom, tmp_path: Path
) -> None:
    lite = TinyRoom(tmp_path / "lite")
    shutil.copytree(released.root, lite.root)
    tables = []
    for room in lite, shared:
        status, said = room.autograde()
        assert status == 0, said
        assert room.run("nbgrader", "generate_feedback", NAME)[0] == 0
        tables.append(room.run("autograder", "table", NAME))
    assert not (shared.root / "gradebook.db").exists()
    assert points(shared) == points(lite) == POINTS
    assert tables[0] == tables[1] and tables[0][0] == 0
    for student in POINTS:
        assert shared.grade(student) == lite.grade(student)
        page = Path("feedback", student, NAME, f"{NAME}.html")
        assert (shared.root / page).is_file()


def test_the_password_is_in_no_log_no_result_and_no_command_line(
    server: Server, shared: TinyRoom
) -> None:
    process = start(shared, "--debug")
    seen = [line for line in commands(process) if server.password in line]
    status, said = finish(process)
    assert (status, seen) == (0, [])
    said += shared.run("autograder", "table", NAME)[1]
    server.stop()
    said += shared.autograde("--force", "--debug")[1] + shared.run("autograder", "table", NAME)[1]
    server.start()
    assert server.password not in said
    (shared.root / "nbgrader_config.py").unlink()
    for path in shared.root.rglob("*"):
        assert path.is_dir() or server.password.encode() not in path.read_bytes(), path


def test_coordinators_enter_a_new_gradebook_one_after_the_other(
    server: Server, shared: TinyRoom
) -> None:
    config = Course.at(shared.root).config()
    with waiting_for_turn(CourseDirectory(config=config, root=str(shared.root))):
        both = [start(shared, f"--student={student}") for student in POINTS]
        while server.ask(WAITING) != [(2,)]:
            assert [process.poll() for process in both] == [None, None], "one did not wait"
            time.sleep(0.1)
    for process in both:
        status, said = finish(process)
        assert status == 0, said
    assert points(shared) == POINTS


def test_coordinators_of_the_same_class_lose_nothing(shared: TinyRoom) -> None:
    both = [finish(process) for process in [start(shared), start(shared)]]
    for status, said in both:
        # who met the other says so (and nbgrader logs where), and the next run grades what was not
        assert status == 0 or (status == 1 and "was not graded" in said), said
    status, said = shared.autograde()
    assert status == 0, said
    assert points(shared) == POINTS
    for student, (double, half, _) in POINTS.items():
        assert [task.earned for task in shared.grade(student).tasks] == [double, half]


def test_two_people_comment_at_once_and_a_group_has_the_whole_text_of_one(
    server: Server, shared: TinyRoom, tmp_path: Path
) -> None:
    shared.hand_in("clara", {**RIGHT, "half": WRONG["half"]})
    status, said = shared.autograde()
    assert status == 0, said
    said = shared.run("autograder", "clusters", NAME)[1]
    group, alone = re.findall(r"^([0-9a-f]{6})  \d", said, re.M)  # the half of both, ben's double
    texts = [f"{word} " * 400 for word in ("Teile", "Setze ein")]
    for orders in ([(group, texts[0]), (alone, texts[1])], [(group, text) for text in texts]):
        writers = [shared.start("autograder", "comment", NAME, *order) for order in orders]
        for process in writers:
            status, said = finish(process)
            assert status == 0, said
    with Gradebook(server.url(tmp_path.name), "language-models") as book:
        ben, clara = (
            book.find_comment("half", NAME, NAME, who).comment for who in ("ben", "clara")
        )
        double = book.find_comment("double", NAME, NAME, "ben").comment
    assert ben == clara and ben in texts
    assert double == texts[1]


def test_a_server_that_is_gone_grades_nobody_and_the_next_run_goes_on(
    server: Server, shared: TinyRoom
) -> None:
    shared.hand_in("ben", {**WRONG, "half": f"import time\ntime.sleep(5)\n{WRONG['half']}"})
    process = start(shared, "--GradeSubmission.workers=1")
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "1 of 2 submissions done" in line:
            server.stop()
    status = process.wait()
    process.stdout.close()
    table, table_said = shared.run("autograder", "table", NAME)
    server.start()
    assert (status, table) == (2, 2), said + table_said
    for words in said, table_said:
        assert "the gradebook can't be used" in words and "Traceback" not in words
    assert shared.result("anna").exists() and not shared.result("ben").exists()
    status, said = shared.autograde()
    assert status == 0, said
    assert "anna: graded already" in said
    assert points(shared) == POINTS


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+pg8000://ada:xyzzy@127.0.0.1/grades", "driver pg8000 is not installed"),
        ("postgresql://ada:xyzzy@127.0.0.1:xyz/grades", "no URL of a database"),
        ("mydatabase://ada:xyzzy@127.0.0.1/grades", "mydatabase"),
    ],
)
def test_a_url_that_is_wrong_is_named_without_its_password(
    released: TinyRoom, tmp_path: Path, url: str, told: str
) -> None:
    room = TinyRoom(tmp_path / "course")
    shutil.copytree(released.root, room.root)
    room.configure(f"\nc.CourseDirectory.db_url = {url!r}\n")
    for status, said in room.autograde(), room.run("autograder", "table", NAME):
        words = " ".join(said.split())
        assert (status, "Traceback" in said, "xyz" in said) == (2, False, False), said
        assert told in words
