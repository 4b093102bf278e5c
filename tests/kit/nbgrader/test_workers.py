"""Several submissions are graded at a time: with the same results, and whatever breaks."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.kit.courses import TinyRoom
from tests.kit.patience import PATIENT, wait_until
from tests.kit.tiny import FULL, NAME, RIGHT, SLOW, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

STUDENTS = tuple(f"s{number}" for number in range(6))


def workers(number: int) -> str:
    return f"\nc.GradeSubmission.workers = {number}\n"


@pytest.fixture
def room(tmp_path: Path) -> TinyRoom:
    return TinyRoom.make(tmp_path / "course")


def test_any_number_of_workers_comes_to_the_same(room: TinyRoom) -> None:
    for number, student in enumerate(STUDENTS):
        room.hand_in(student, WRONG if number % 3 == 1 else RIGHT)
    (room.hand_in("s5") / f"{NAME}.ipynb").write_text("no notebook")
    found = []
    for number in (1, 3):
        room.configure(workers(number))
        status, said = room.autograde("--force")
        assert status == 1, said  # s5 waits for a person
        assert "6 of 6 submissions done, 1 failed" in said
        found.append(room.everything(STUDENTS))
    assert found[0] == found[1]
    assert found[0]["s0"][0] == FULL


@pytest.fixture
def running(room: TinyRoom) -> Iterator[subprocess.Popen[str]]:
    """A run over six slow submissions, two at a time."""
    for student in STUDENTS:
        room.hand_in(student, SLOW)
    room.configure(workers(2))
    with room.start("nbgrader", "autograde", NAME) as process:
        yield process
        process.kill()


def servers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children()


def graders(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The children that talk to a kernel: ZeroMQ does so in threads of its own."""
    with contextlib.suppress(psutil.NoSuchProcess):  # one of them has just ended
        found = [child for server in servers(process) for child in server.children()]
        return [child for child in found if child.num_threads() > 1]
    return []


def kill_one(processes: list[psutil.Process]) -> bool:
    """Kill the first; whether there was one."""
    for process in processes[:1]:
        process.kill()
    return bool(processes)


def finished(room: TinyRoom) -> list[str]:
    return [student for student in STUDENTS if room.result(student).exists()]


def test_an_interrupt_keeps_what_is_done_and_leaves_nothing_else(
    room: TinyRoom, running: subprocess.Popen[str]
) -> None:
    wait_until(lambda: finished(room))
    time.sleep(1)  # by then it waits for the next ones
    left = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=PATIENT)
    assert running.returncode != 0
    assert not psutil.wait_procs(left, timeout=PATIENT)[1]
    done = finished(room)
    assert 0 < len(done) < len(STUDENTS), said
    for student in STUDENTS:
        assert room.scores(student) in ((FULL,) if student in done else ({}, dict.fromkeys(FULL)))
        assert (room.root / "autograded" / student / NAME).exists() == (student in done)
    status, said = room.autograde()
    assert (status, finished(room)) == (0, list(STUDENTS)), said
    assert all(room.scores(student) == FULL for student in STUDENTS)
    assert said.count("graded already") == len(done)


def test_a_child_that_the_system_kills_costs_its_own_submission_alone(
    room: TinyRoom, running: subprocess.Popen[str]
) -> None:
    wait_until(lambda: kill_one(graders(running)))
    said, _ = running.communicate(timeout=PATIENT)
    assert running.returncode == 1
    assert said.count("The grading process failed: it ended with status -9") >= 1
    scores = [room.scores(student) for student in STUDENTS]
    assert scores.count(FULL) == len(STUDENTS) - 1
    assert scores.count(dict.fromkeys(FULL)) == 1  # not graded, and no zero


def test_a_fork_server_that_the_system_kills_is_started_again(
    room: TinyRoom, running: subprocess.Popen[str]
) -> None:
    wait_until(lambda: graders(running))
    for server in servers(running):
        server.kill()
    said, _ = running.communicate(timeout=PATIENT)
    assert running.returncode == 1, said
    scores = [room.scores(student) for student in STUDENTS]
    assert set(map(str, scores)) <= {str(FULL), str(dict.fromkeys(FULL)), "{}"}
    assert scores.count(FULL) >= len(STUDENTS) - 4
    assert room.autograde("--force")[0] == 0


def test_a_number_of_workers_that_is_none_is_refused(room: TinyRoom) -> None:
    room.hand_in("s0")
    room.configure(workers(-1))
    status, said = room.autograde()
    assert status != 0
    assert "workers" in said
    assert not room.result("s0").exists()
