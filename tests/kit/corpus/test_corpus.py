"""Every stored submission gets the grade it deserves, and nobody else notices it.

How it works: the corpus hands in like any class, in rooms that nbgrader's own
commands grade at the same time. In every room the same innocent neighbours sit
between the others, and once more in a room of their own. Secrets are planted
wherever the grader has some, and none of them may come out again.

A selection (`-k fork-bomb`) grades what was selected and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import threading
import time
from collections.abc import Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

from tests.kit.courses import Classroom
from tests.kit.submissions import (
    ASSIGNMENT,
    INNOCENT,
    Submission,
    cell_of,
    most_points,
    several,
    without_experiments,
)
from tests.kit.submissions.answering import ANSWERING
from tests.kit.submissions.copying import COPYING
from tests.kit.submissions.editors import EDITORS
from tests.kit.submissions.ending import ENDING
from tests.kit.submissions.exhausting import EXHAUSTING
from tests.kit.submissions.forging import FORGING
from tests.kit.submissions.habits import HABITS
from tests.kit.submissions.honest import CLASS
from tests.kit.submissions.malformed import MALFORMED
from tests.kit.submissions.multiplying import MULTIPLYING
from tests.kit.submissions.spying import PLANTED, SECRETS, SPYING
from tests.kit.submissions.tampering import TAMPERING

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning"),
    pytest.mark.timeout(3 * 3600),
]

# The whole corpus takes more than half an hour on two cores: a sample of every family runs
# always, and with it all that nobody can read; the rest with `-m slow`.
SAMPLE = (
    *("blanks-cells", "forged-replies", "fork-answers", "untouched-brings-results", "circle"),
    *("behind-a-copy", "searches-disk", "walks-frames", "raises-points", "deletes-tests"),
    *("copies-answer", "meant-for-the-next", "fork-bomb", "endless-error", "utf-16"),
    *("no-metadata", "large-outputs", "own-name", "timer-last", "own-module"),
    *("drafts-without-metadata", "answers-under-cell-magics", "saved-by-colab"),
    *("exit-in-the-middle", "flood-of-parts", "wide-texts"),
)
FAMILIES = (
    *(FORGING, ANSWERING, TAMPERING, EXHAUSTING, ENDING, COPYING, MALFORMED),
    *(HABITS, EDITORS, MULTIPLYING),
)
CORPUS = [
    *(without_experiments(each) for family in FAMILIES for each in family),
    *SPYING,  # they look around at the end as well
]
SLOW = [each for each in CORPUS if each.name not in SAMPLE and not each.unread]

# the first, one in the middle and the last that nbgrader grades, and what they hand in
NEIGHBOURS = {INNOCENT: "anna", "s500-emma": "emma", "s999-klara": "klara"}
QUICK = """
c.GradeSubmission.limits = {"examples": 10, "cell_seconds": 6, "call_seconds": 3}
c.GradeSubmission.workers = 1  # in each room
"""
COMMANDS = ("autograde", "generate_feedback")
ROOMS = 3  # graded at the same time: a submission that waits for a limit needs no core
LONGEST = 5400.0  # seconds of a command: it must have hung
ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
PLACES = (
    "comment-of-a-hidden-test",
    "constant-of-a-hidden-test",
    "reference",
    "gradebook",
    "neighbour",
    "environment",
    "course-folder",
    "home",
)

every_submission = pytest.mark.parametrize(
    "submission",
    [pytest.param(s, marks=[pytest.mark.slow] if s in SLOW else []) for s in CORPUS],
    ids=lambda submission: submission.name,
)
every_neighbour = pytest.mark.parametrize("neighbour", NEIGHBOURS)

Class = Mapping[str, Submission]  # by the student's id
Secrets = Mapping[str, str]  # by the place where it lies
Inventory = Mapping[str, tuple[int, ...]]  # size and times of every file


@dataclass(frozen=True)
class Room:
    """A class that hands in together, and what its grading said."""

    name: str
    course: Classroom
    students: Class
    before: Inventory
    said: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """What lies around the course: the grader's home, its temporary folder, the logs."""
        return self.course.root.parent

    def grade(self) -> None:
        """Grade and write the feedback; the logs tell the second of each line."""
        for command in COMMANDS:
            start = time.monotonic()
            with (
                (self.folder / f"{command}.log").open("w", encoding="utf-8") as log,
                self.course.start("nbgrader", command, ASSIGNMENT) as process,
            ):
                alarm = threading.Timer(LONGEST, process.kill)
                alarm.start()
                for line in process.stdout or ():
                    self.said.append(line)
                    log.write(f"{time.monotonic() - start:7.1f} {line}")
                alarm.cancel()
            self.statuses.append(process.returncode)

    def results(self, student: str) -> dict[str, bytes]:
        """All that grading wrote for a student, by its place in the course folder."""
        root = self.course.root
        folders = [root / step / student for step in ("autograded", "feedback")]
        paths = [path for folder in folders for path in sorted(folder.rglob("*"))]
        return {str(p.relative_to(root)): p.read_bytes() for p in paths if not p.is_dir()}

    def booked(self, student: str) -> dict[str, float | None]:
        """The gradebook's points of every task."""
        table = self.course.table()
        row = next(row for row in table.rows if row.student == student)
        points = dict(zip([name for name, _ in table.cells], row.points, strict=True))
        return {task: points[task] for task in most_points()}


@dataclass(frozen=True)
class School:
    """All rooms after their run, and what was to stay secret."""

    rooms: Sequence[Room]
    alone: Room  # the neighbours without anybody else
    planted: Secrets
    left_running: Sequence[str]

    def place_of(self, submission: Submission) -> tuple[Room, str]:
        """The room of a submission, and its id there."""
        return next(
            (room, student)
            for room in self.rooms
            for student, handed_in in room.students.items()
            if handed_in.name == submission.name
        )


@pytest.fixture(scope="module")
def school(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> School:
    """What was asked for, handed in and graded."""
    before = below()
    asked = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    chosen = [s for s in CORPUS if s.name in asked] or [s for s in CORPUS if s not in SLOW]
    watched = any("neighbour" in item.name for item in request.session.items)
    planted = {place: f"{PLANTED}{place}-{secrets.token_hex(8)}" for place in PLACES}
    neighbours = innocent(planted) if watched else {}
    folder = tmp_path_factory.mktemp("school")
    course = prepare(Classroom.make(folder / "course"), planted)
    quick, thorough = ([s for s in chosen if s.thorough == kind] for kind in (False, True))
    shares = [neighbours | seat(quick[number::ROOMS]) for number in range(ROOMS)]
    *rooms, slow, alone = (
        furnish(course, folder / name, class_, planted, settings)
        for name, class_, settings in (
            *((f"room-{number}", share, QUICK) for number, share in enumerate(shares)),
            ("thorough", seat(thorough), ""),
            ("alone", neighbours, QUICK),
        )
    )
    rooms = [room for room in (*rooms, slow) if room.students]
    with adopting_orphans(), ThreadPoolExecutor(ROOMS) as executor:
        list(executor.map(Room.grade, [*rooms, *([alone] if watched else [])]))
        return School(rooms, alone, planted, left_running(before))


def seat(submissions: Sequence[Submission]) -> dict[str, Submission]:
    """A class whose ids spread it around the neighbours, in the order of grading."""
    step = 998 / max(len(submissions), 1)
    return {f"s{1 + int(n * step):03d}-{s.name}": s for n, s in enumerate(submissions)}


def innocent(planted: Secrets) -> dict[str, Submission]:
    """The neighbours; the first one's notebook holds a secret."""
    known = {submission.name: submission for submission in CLASS}
    students = {student: known[name] for student, name in NEIGHBOURS.items()}

    def plant(notebook: NotebookNode) -> None:
        cell_of(notebook, "answer_truth").source += f"\n{planted['neighbour']}"
        text = f"mine = {planted['neighbour']!r}\nprint(mine)"
        notebook.cells.insert(3, new_code_cell(text, id="mine"))  # the same file in each room

    anna = students[INNOCENT]
    return students | {INNOCENT: replace(anna, change=several(anna.change, plant))}


def prepare(course: Classroom, planted: Secrets) -> Classroom:
    """Plant secrets in the course and generate the assignment."""
    for name, places in {
        "tests/hidden/next_token/strategies.py": PLACES[:2],
        "tests/hidden/next_token/test_prob_not.py": PLACES[:2],
        "solutions/next_token.py": PLACES[2:3],
    }.items():
        with (course.root / name).open("a", encoding="utf-8") as file:
            file.writelines(
                f"\nHELD_{n} = '{planted[p]}'  # {planted[p]}\n" for n, p in enumerate(places)
            )
    (course.root / "notes.txt").write_text(planted["course-folder"], encoding="utf-8")
    course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "language-models") as book:
        book.add_student("s250-absent", last_name=planted["gradebook"])
    return course


def furnish(
    course: Classroom, folder: Path, students: Class, planted: Secrets, settings: str
) -> Room:
    """A copy of the course in which a class has handed in, with a home for its grader."""
    home, temporary = folder / "home", folder / "tmp"
    for path in (home, temporary):
        path.mkdir(parents=True)
    (home / "passwords.txt").write_text(planted["home"], encoding="utf-8")
    copy = course.copy(
        folder / "course",
        HOME=str(home),
        TMPDIR=str(temporary),
        XDG_CACHE_HOME=os.environ.get("XDG_CACHE_HOME", str(Path.home() / ".cache")),
        SECRET_KEY=planted["environment"],
    )
    copy.configure(settings)
    copy.hand_in(replace(submission, name=student) for student, submission in students.items())
    return Room(folder.name, copy, students, everything(folder))


def everything(folder: Path) -> Inventory:
    """Size and times of what lies in a room, but for what grading writes."""
    written = ("autograded", "feedback", "gradebook.db", "autograde.log", "generate_feedback.log")
    found = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in written]
        for path in (Path(parent, name) for name in names if name not in written):
            about = path.lstat()
            found[str(path.relative_to(folder))] = (about.st_mode, about.st_size, about.st_mtime_ns)
    return found


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Be the parent of whatever this process's descendants leave behind, so that it is seen."""
    prctl = ctypes.CDLL(None).prctl
    prctl(ADOPT_ORPHANS, 1)
    try:
        yield
    finally:
        prctl(ADOPT_ORPHANS, 0)


def below() -> set[psutil.Process]:
    """The processes below this one, in whatever namespace."""
    return set(psutil.Process().children(recursive=True))


def left_running(before: Set[psutil.Process]) -> list[str]:
    """The processes below this one that were not there before, and still run."""
    _, alive = psutil.wait_procs(below() - before, timeout=10)
    return [str(process) for process in alive if process.status() != psutil.STATUS_ZOMBIE]


# --- each submission ----------------------------------------------------------


def test_the_names_are_unique() -> None:
    names = [submission.name for submission in CORPUS]
    assert len(set(names)) == len(names)
    assert set(SAMPLE) <= set(names)


@every_submission
def test_a_submission_gets_the_grade_it_deserves(submission: Submission, school: School) -> None:
    room, student = school.place_of(submission)
    grade = room.course.grade(student)
    causes = [task.cause for task in grade.tasks]
    assert {task.task: task.earned for task in grade.tasks} == submission.earned(), causes
    assert room.booked(student) == submission.earned()
    for words in submission.told:
        assert any(words in said for said in (*grade.remarks, *causes)), (words, grade.remarks)


@every_submission
def test_a_submission_finds_no_secret(submission: Submission, school: School) -> None:
    room, student = school.place_of(submission)
    written = room.results(student)
    assert f"feedback/{student}/{ASSIGNMENT}/{ASSIGNMENT}.html" in written
    for secret in (*SECRETS, *school.planted.values()):
        for name, content in written.items():
            assert secret.encode() not in content, (name, secret)


# --- the class ----------------------------------------------------------------


def differences(name: str, found: bytes, alone: bytes) -> tuple[str, object]:
    """The name of a file and, of a result, which of its entries differ, and its remarks."""
    if not name.endswith(".json"):
        return name, None
    one, other = json.loads(found), json.loads(alone)
    keys = [key for key in other if one.get(key) != other[key]]
    return name, {key: one.get(key) if key == "remarks" else "differs" for key in keys}


@every_neighbour
def test_a_neighbours_results_are_what_they_are_alone(school: School, neighbour: str) -> None:
    alone = school.alone.results(neighbour)
    assert len(alone) >= 3  # the notebook, the result and the page
    for room in school.rooms:
        if neighbour in room.students:
            found = room.results(neighbour)
            # not the contents: pytest would spend minutes on showing how they differ
            assert sorted(found) == sorted(alone), room.name
            differ = [name for name in alone if found[name] != alone[name]]
            assert [differences(name, found[name], alone[name]) for name in differ] == [], room.name


@every_neighbour
def test_a_neighbour_gets_the_grade_it_deserves(school: School, neighbour: str) -> None:
    earned = school.alone.students[neighbour].earned()
    for room in (*school.rooms, school.alone):
        if neighbour in room.students:
            assert room.booked(neighbour) == earned, room.name


def test_a_class_is_graded_to_its_end(school: School) -> None:
    """With status 1 where somebody waits for a person, and with feedback for everybody."""
    for room in school.rooms:
        waits = any(None in each.earned().values() for each in room.students.values())
        assert room.statuses == [int(waits), 0], (room.name, room.said[-20:])


def test_no_secret_is_logged(school: School) -> None:
    for room in school.rooms:
        said = "".join(room.said)
        for secret in (*SECRETS, *school.planted.values()):
            assert secret not in said, room.name


def test_a_neighbours_secret_stays_with_the_neighbour(school: School) -> None:
    """The secret is found where it belongs, so that finding it nowhere else says something."""
    for room in school.rooms:
        for student in room.students if INNOCENT in room.students else ():
            held = [c for c in room.results(student).values() if secret_of(school) in c]
            assert bool(held) == (student == INNOCENT), student


def test_nothing_is_left_running(school: School) -> None:
    assert school.left_running == []


def test_nothing_is_left_on_the_disk_but_results(school: School) -> None:
    """No temporary file, nothing in the grader's home, no file of the course changed."""
    for room in school.rooms:
        assert everything(room.folder) == room.before, room.name


def secret_of(school: School) -> bytes:
    """What the first neighbour's notebook says."""
    return school.planted["neighbour"].encode()
