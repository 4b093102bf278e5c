"""Who is graded again keeps the tasks for which nothing has changed, and gets the same grade."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit.courses import TinyRoom
from tests.kit.tiny import FULL, NAME, RIGHT, WRONG

# nbgrader 0.9.6 adds submissions in an order that SQLAlchemy 2.1 warns of
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

STUDENTS = {"anna": RIGHT, "ben": WRONG, "clara": {**RIGHT, "half": WRONG["half"]}}
LAW = '''
from pathlib import Path
from autograder.testing import agree, points

@points({points}, task="{task}")
def test_{task}(student, record_property):
    """{sentence}"""
    with (Path(__file__).parents[3] / "run").open("a") as log:
        log.write("{task}\\n")
    record_property("remark", "looked at {task}")
    agree(student.{task}({argument}), {value})
'''
FRESH = "--GradeSubmission.reuse=False"


@dataclass(frozen=True)
class SplitRoom:
    """A class that was graded, with a file of hidden tests for each task; what was run is noted."""

    room: TinyRoom

    @staticmethod
    def make(root: Path) -> SplitRoom:
        """Grade the class in a course at `root`, which must not exist yet."""
        split = SplitRoom(TinyRoom.make(root))
        (split.hidden / "test_tiny.py").unlink()
        split.write("double", 2, 4)
        split.write("half", 2, 1)
        for student, answers in STUDENTS.items():
            split.room.hand_in(student, answers)
        split.grade()
        assert split.run == ["double"] * 3 + ["half"] * 3
        return split

    @property
    def log(self) -> Path:
        """Where laws note that they were run."""
        return self.room.root / "run"

    @property
    def hidden(self) -> Path:
        """Where the hidden tests lie."""
        return self.room.root / "tests" / "hidden" / NAME

    def write(self, task: str, argument: int, value: float) -> None:
        """State the law of a task."""
        points, sentence = FULL[f"test_{task}"], f"{task}({argument}) ist {value:g}."
        law = {"points": points, "sentence": sentence, "argument": argument, "value": value}
        content = LAW.format(task=task, **law)
        (self.hidden / f"test_{task}.py").write_text(content, encoding="utf-8")

    def grade(self, *options: str) -> str:
        """Grade the class; what was said."""
        self.log.write_text("")
        status, said = self.room.autograde(*options)
        assert status == 0, said
        return said

    @property
    def run(self) -> list[str]:
        """The laws that were run, once a student."""
        return sorted(self.log.read_text().split())

    @property
    def results(self) -> dict[str, tuple[object, bytes]]:
        """Scores and result file of each student."""
        return {s: (self.room.scores(s), self.room.result(s).read_bytes()) for s in STUDENTS}


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course once it was graded."""
    return SplitRoom.make(tmp_path_factory.mktemp("graded") / "course").room.root


@pytest.fixture
def split(graded: Path, tmp_path: Path) -> SplitRoom:
    shutil.copytree(graded, tmp_path / "course")
    return SplitRoom(TinyRoom(tmp_path / "course"))


def test_only_the_task_whose_hidden_test_has_changed_is_run_again(split: SplitRoom) -> None:
    split.write("half", 3, 1.5)
    said = split.grade("--force")
    assert split.run == ["half"] * 3
    assert said.count("run again: half; kept, since nothing has changed: double") == 3
    kept = split.results
    split.grade("--force", FRESH)
    assert split.run == ["double"] * 3 + ["half"] * 3
    assert split.results == kept
    assert split.room.scores("clara") == {"test_double": 1.0, "test_half": 0.0}


def test_nothing_is_run_again_where_nothing_has_changed(split: SplitRoom) -> None:
    before = split.results
    assert "run again: nothing; kept" in split.grade("--force")
    assert split.run == []
    assert split.results == before


def test_a_new_submission_is_graded_as_a_whole(split: SplitRoom) -> None:
    split.room.hand_in("ben", RIGHT)
    split.grade("--force")
    assert split.run == ["double", "half"]
    assert split.room.scores("ben") == FULL


@pytest.mark.parametrize(
    "path", ["tests/hidden/helper.py", f"solutions/misconceptions/{NAME}/x.py"]
)
def test_what_results_depend_on_counts(split: SplitRoom, path: str) -> None:
    file = split.room.root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("VALUE = 1\n")
    split.grade("--force")
    assert split.run == ["double"] * 3 + ["half"] * 3


def test_an_earlier_task_that_a_task_uses_counts(split: SplitRoom) -> None:
    reference = split.room.root / "solutions" / f"{NAME}.py"
    reference.parent.mkdir()
    reference.write_text("def double(x):\n    return 2 * x\n")
    split.room.configure('c.GradeSubmission.follow_on = "full"')
    split.room.hand_in("ben", {**WRONG, "half": "def half(x):\n    return double(x) / 4"})
    split.grade("--force")
    assert split.room.scores("ben") == {"test_double": 0.0, "test_half": 2.0}
    split.write("double", 2, 6)  # the law of another course, which the answer keeps
    split.grade("--force")
    assert split.room.scores("ben") == {"test_double": 1.0, "test_half": 0.0}
    assert split.run.count("half") == 1  # the others' half uses nothing


def test_a_file_that_another_one_names_counts_for_both(split: SplitRoom) -> None:
    half = split.hidden / "test_half.py"
    half.write_text("# like test_double\n" + half.read_text())
    split.grade("--force")
    assert split.run == ["half"] * 3
    split.write("double", 3, 6)
    split.grade("--force")
    assert split.run == ["double"] * 3 + ["half"] * 3


def test_other_limits_grade_again(split: SplitRoom) -> None:
    split.room.configure('\nc.GradeSubmission.limits = {"call_seconds": 4}\n')
    split.grade("--force")
    assert split.run == ["double"] * 3 + ["half"] * 3


def test_a_task_that_nobody_could_grade_is_run_again(split: SplitRoom) -> None:
    result = split.room.result("anna")
    content = result.read_text(encoding="utf-8")
    broken = content.replace('"fault": ""', '"fault": "The machine was gone."', 1)
    assert broken != content
    result.write_text(broken, encoding="utf-8")
    split.grade("--force")
    assert split.run == ["double"]
    assert split.results["anna"][1].decode() == content


@pytest.mark.parametrize("content", [b"\xff", b'{"tasks": [{}]}'])
def test_a_result_that_nobody_can_read_keeps_nothing(split: SplitRoom, content: bytes) -> None:
    split.room.result("anna").write_bytes(content)
    split.grade("--force")
    assert split.run == ["double", "half"]
    assert split.room.scores("anna") == FULL
