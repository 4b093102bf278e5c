"""Draw the examples of a suite once, and keep them in the user's cache.

How it works: they are recorded while the reference answers in a child (`judge.examples`). Their
file is named by a digest of what they depend on: hidden tests, reference, engine, packages and
the number of examples. So a changed test draws anew, and nobody has to delete anything.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.course.answers import load_reference
from autograder.course.digest import digest_of_files
from autograder.files import cache_folder, write_atomically
from autograder.grading.child import Children
from autograder.judge.examples import to_bytes
from autograder.judge.plugin import ExampleRecorder, JudgePlugin
from autograder.judge.session import run_session, suite_folder
from autograder.judge.source import AnswerSource
from autograder.model.errors import GraderError
from autograder.model.limits import Limits

DRAWING_SECONDS = 1800.0
MOST_FILES = 20  # that are kept, of all suites


@dataclass(frozen=True, slots=True)
class DrawJob:
    """The assignment whose examples are to be drawn."""

    course: str
    assignment: str
    limits: Limits


def recorded_examples(course: Path, assignment: str, limits: Limits) -> Path | None:
    """The file with the examples, made where there is none; None where they can't be recorded.

    Then each submission draws for itself, and says what is wrong with the suite.
    """
    try:
        path = path_of(course, assignment, limits)
        if not path.is_file():
            job = DrawJob(str(course), assignment, limits)
            memory = limits.grading_bytes
            order = msgspec.json.encode(job)
            recorded = Children().run(answer_draw, order, seconds=DRAWING_SECONDS, memory=memory)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, recorded)
            forget_old(path.parent)
    except (GraderError, OSError):  # TimeoutError is one of them
        return None
    return path


def path_of(course: Path, assignment: str, limits: Limits) -> Path:
    """Where the examples of an assignment lie; raises GraderError."""
    reference = course / "solutions" / f"{assignment}.py"
    # a hidden test may import others' helpers
    folders = [suite_folder(str(course), assignment).parent, reference]
    digest = digest_of_files(folders, assignment, str(limits.examples))
    return cache_folder() / "examples" / f"{digest}.json"


def forget_old(folder: Path) -> None:
    """Delete the oldest files where there are many."""
    with contextlib.suppress(OSError):  # somebody else is doing it
        files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MOST_FILES]:
            path.unlink()


# --- in the child -------------------------------------------------------------


def answer_draw(order: bytes) -> bytes:
    """Record the examples of the laws that the reference passes."""
    job = msgspec.json.decode(order, type=DrawJob)
    source = AnswerSource(load_reference(Path(job.course), job.assignment), job.limits)
    judge = JudgePlugin(source, limits=job.limits)
    recorder = ExampleRecorder(judge)
    run_session(job.course, job.assignment, judge, recorder)
    return to_bytes(recorder.recorded)
