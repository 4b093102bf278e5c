"""Draw the examples of a suite once, and keep them in the user's cache.

How it works: they are recorded while the reference answers in a child (`judge.examples`), those
of each file of hidden tests alone, several at a time. What is recorded is named by a digest of
all that it depends on: the hidden tests, reference, engine, packages and number of examples. So
a changed test draws anew, and nobody has to delete anything.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import msgspec

from autograder.course.answers import load_reference
from autograder.files import cache_folder, write_atomically
from autograder.grading.child import Children
from autograder.judge.examples import to_bytes
from autograder.judge.plugin import ExampleRecorder, JudgePlugin
from autograder.judge.session import run_session
from autograder.judge.source import AnswerSource
from autograder.model.errors import GraderError
from autograder.model.limits import Limits

DRAWING_SECONDS = 1800.0
MOST_FILES = 400  # that are kept, of all suites


@dataclass(frozen=True, slots=True)
class DrawJob:
    """The file of hidden tests whose examples are to be drawn."""

    course: str
    assignment: str
    file: str
    limits: Limits


def recorded_examples(
    tests: Mapping[Path, str], course: Path, assignment: str, limits: Limits, *, processes: int = 1
) -> tuple[str, ...]:
    """The files with the examples, made where there are none, by so many processes.

    `tests` are the files with hidden tests and their digests (`course.digest`). What can't be
    recorded is left out. Then each submission draws for itself, and says what is wrong with the
    suite.
    """
    folder = cache_folder() / "examples"
    jobs = {
        folder / f"{digest}-{limits.examples}.json": DrawJob(
            str(course), assignment, str(file), limits
        )
        for file, digest in tests.items()
    }
    with ThreadPoolExecutor(processes) as threads:
        found = tuple(threads.map(keep_recorded, jobs, jobs.values()))
    return tuple(str(path) for path, fine in zip(jobs, found, strict=True) if fine)


def keep_recorded(path: Path, job: DrawJob) -> bool:
    """Record examples unless they are there; whether there is a file now."""
    try:
        if not path.is_file():
            order, memory = msgspec.json.encode(job), job.limits.grading_bytes
            recorded = Children().run(answer_draw, order, seconds=DRAWING_SECONDS, memory=memory)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, recorded)
            forget_old(path.parent)
    except (GraderError, OSError):  # TimeoutError is one of them
        return False
    return True


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
    run_session(job.course, job.assignment, judge, recorder, files=[job.file])
    return to_bytes(recorder.recorded)
