"""The whole way over nbgrader's exchange, command by command: out, in, graded, and back.

Where the tests run as root, an instructor and two students are accounts that every machine
has, since the exchange asks who owns a folder; elsewhere one account plays all three.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

from autograder.model.cells import grade_id_of
from tests.kit.courses import TinyRoom
from tests.kit.submissions import ROOT
from tests.kit.tiny import NAME, RIGHT, WRONG

pytestmark = [
    # nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(1200),
]

COURSE = "language-models"
SCRIPTS = Path(sys.executable).parent
LATE = """
from nbgrader.plugins import LateSubmissionPlugin

class Half(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 2
"""


@dataclass(frozen=True)
class Person:
    """Somebody at the keyboard: an account, and a home that is also where they work."""

    name: str
    home: Path
    account: dict[str, object] = field(default_factory=dict)  # for Popen; {} is who runs the test

    def run(self, *command: str, where: Path | None = None) -> tuple[int, str]:
        """Run a command; its status, and what it said."""
        done = subprocess.run(
            [str(SCRIPTS / command[0]), *command[1:]],
            cwd=where or self.home,
            env={
                "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
                "HOME": str(self.home),
                "LANG": "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            **self.account,  # type: ignore[call-overload]
        )
        return done.returncode, done.stdout

    def own(self, folder: Path) -> None:
        """Have everything in a folder belong to this person."""
        if self.account:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, self.account["user"], self.account["group"])  # type: ignore[arg-type]


def people(folder: Path, names: tuple[str, ...]) -> list[Person]:
    """An account for each name where that is allowed, and the one of the test for all otherwise."""
    accounts = [entry for entry in pwd.getpwall() if entry.pw_uid != 0][: len(names)]
    found = []
    for name, entry in zip(names, accounts, strict=True):
        who = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        person = Person(entry.pw_name, folder / name, who)
        person.home.mkdir()
        if os.getuid() != 0 or not reaches(person):
            person = Person(name, person.home)
        person.own(person.home)
        found.append(person)
    return found


def reaches(person: Person) -> bool:
    """Whether the account may use the virtual environment and the course's files."""
    person.own(person.home)
    try:
        done = person.run("python", "-c", f"import autograder; open({str(ROOT / 'README.md')!r})")
    except OSError:
        return False
    return done[0] == 0


@dataclass
class Trip:
    """Who took part, and what each command said: its status and its words."""

    room: TinyRoom
    teacher: Person
    students: tuple[Person, Person]
    exchange: Path
    said: dict[str, tuple[int, str]] = field(default_factory=dict)

    def teach(self, step: str, *command: str) -> None:
        """A command of the instructor's in the course folder."""
        self.said[step] = self.teacher.run("nbgrader", *command, where=self.room.root)

    def learn(self, step: str, student: Person, *command: str) -> None:
        """A command of a student's."""
        name = [] if student.account else ["--student", student.name]
        self.said[f"{student.name} {step}"] = student.run("nbgrader", *command, *name)

    def work(self, student: Person, answers: dict[str, str]) -> None:
        """Fill in the notebook that was fetched."""
        path = student.home / NAME / f"{NAME}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        for cell in notebook.cells:
            cell.source = answers.get(grade_id_of(cell), cell.source)
        nbformat.write(notebook, path)

    def pages(self, student: Person) -> list[str]:
        """What a student has fetched, the oldest submission first."""
        found = sorted((student.home / NAME / "feedback").rglob("*.html"))
        return [path.read_text(encoding="utf-8") for path in found]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that every account can reach."""
    path = Path(tempfile.mkdtemp(prefix="trip-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def trip(folder: Path) -> Trip:
    """Two students hand in; one of them again, and late."""
    teacher, ada, ben = people(folder, ("teacher", "ada", "ben"))
    exchange = folder / "exchange"
    exchange.mkdir()
    exchange.chmod(0o777)
    room = TinyRoom.make(folder / "course", release=False)
    where = f'c.Exchange.root = "{exchange}"\n'
    room.configure(where + 'c.AssignLatePenalties.plugin_class = "late.Half"\n')
    (room.root / "late.py").write_text(LATE, encoding="utf-8")
    teacher.own(room.root)
    trip = Trip(room, teacher, (ada, ben), exchange)
    trip.teach("generate", "generate_assignment", NAME)
    trip.teach("release", "release_assignment", NAME)
    for student, answers in ((ada, RIGHT), (ben, WRONG)):
        config = f'c = get_config()\nc.CourseDirectory.course_id = "{COURSE}"\n{where}'
        (student.home / "nbgrader_config.py").write_text(config, encoding="utf-8")
        trip.learn("fetch", student, "fetch_assignment", NAME)
        trip.work(student, answers)
        trip.learn("submit", student, "submit", NAME)
    grade(trip, "first", "2100-01-01")
    trip.work(ben, RIGHT)
    trip.learn("submit again", ben, "submit", NAME)
    grade(trip, "second", "2020-01-01", "--update")
    trip.learn("list", ben, "list")
    trip.teach("list inbound", "list", "--inbound")
    trip.teach("export", "export")
    return trip


def grade(trip: Trip, turn: str, due: str, *options: str) -> None:
    """From the exchange and back to it."""
    trip.teach(f"{turn} date", "db", "assignment", "add", NAME, f"--duedate={due} 00:00:00 UTC")
    trip.teach(f"{turn} collect", "collect", NAME, *options)
    trip.teach(f"{turn} autograde", "autograde", NAME)
    trip.teach(f"{turn} feedback", "generate_feedback", NAME)
    trip.teach(f"{turn} release", "release_feedback", NAME)
    for student in trip.students:
        trip.learn(f"{turn} feedback", student, "fetch_feedback", NAME)


def test_every_command_of_the_way_succeeds(trip: Trip) -> None:
    failed = {step: said for step, (status, said) in trip.said.items() if status}
    assert not failed, failed
    assert len(trip.said) == 24


def test_each_student_fetches_the_page_of_each_submission(trip: Trip) -> None:
    ada, ben = trip.students
    assert [len(trip.pages(student)) for student in (ada, ben)] == [1, 2]
    for student in trip.students:
        assert all(
            f">{student.name}<" in page or student.name in page for page in trip.pages(student)
        )
    failed = [
        page.count('class="ag-law ag-failed"') for page in (*trip.pages(ada), *trip.pages(ben))
    ]
    assert failed == [0, 2, 0]


def test_a_resubmission_is_graded_without_force_and_nobody_else_again(trip: Trip) -> None:
    ada, ben = trip.students
    _, said = trip.said["second autograde"]
    assert f"{ada.name}: graded already" in said
    assert f"{ben.name}: 3 of 3 points" in said
    assert (
        trip.room.scores(ben.name)
        == trip.room.scores(ada.name)
        == {"test_double": 1, "test_half": 2}
    )


def test_a_late_submission_carries_its_lateness_and_its_penalty(trip: Trip) -> None:
    _, ben = trip.students
    assert re.search(r"is [\d.]+ seconds late", trip.said["second autograde"][1])
    first, second = trip.pages(ben)
    assert "Abzug für die verspätete Abgabe" not in first
    assert re.search(r"Abzug für die verspätete Abgabe</td><td[^>]*>−1[.]5<", second)


def test_no_student_can_list_the_feedback_of_the_others(trip: Trip) -> None:
    pages = trip.exchange / COURSE / "feedback"
    assert len(list(pages.iterdir())) == 3
    assert pages.stat().st_mode & 0o777 == 0o711
    if trip.students[0].account:
        status, said = trip.students[0].run(
            "python", "-c", f"import os; os.listdir({str(pages)!r})"
        )
        assert (status, "PermissionError" in said) == (1, True)


def test_the_lists_of_the_exchange_name_what_lies_there(trip: Trip) -> None:
    _, ben = trip.students
    assert f"{COURSE} {NAME} (already downloaded)" in trip.said[f"{ben.name} list"][1]
    listed = trip.said["list inbound"][1]
    assert [listed.count(f"{COURSE} {student.name} {NAME} ") for student in trip.students] == [1, 2]
