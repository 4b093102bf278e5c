"""Look for what grading needs on this machine, and name what is missing.

The restrictions are not read from a list: a kernel is started in the sandbox and
asked what it can see and do.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SQLAlchemyError

from autograder.course.draft import compare_release, is_known, released
from autograder.course.folder import Course
from autograder.course.settings import Settings
from autograder.doctor.probe import Outside, collect_facts
from autograder.doctor.restrictions import judge_facts
from autograder.files import PACKAGE
from autograder.grading.points import compare
from autograder.grading.process import collect_in_subprocess
from autograder.kernel.kernel import KernelDied
from autograder.kernel.warm import open_warm_kernels
from autograder.model.errors import GraderError
from autograder.model.finding import Finding
from autograder.model.limits import Limits
from autograder.pool.bundle import Bundle
from autograder.pool.scheduler import open_scheduler
from autograder.sandbox import seccomp
from autograder.sandbox.bwrap import PRIVATE_FOLDERS
from autograder.sandbox.command import find_bwrap

OLDEST = (3, 11)
STEP = "autograder.nbgrader.preprocessors.GradeSubmission"


def examine(folder: Path) -> Iterator[Finding]:
    """One finding after the other."""
    yield examine_python()
    yield examine_bwrap()
    yield examine_seccomp()
    yield from examine_sandbox(folder)
    yield from examine_warm_kernels(folder)
    try:
        course = Course.at(folder)
    except GraderError as error:
        yield Finding("course", False, str(error))
        return
    yield examine_settings(course)
    yield from examine_cluster(course)
    for assignment in course.assignments:
        yield examine_assignment(course, assignment)
        yield examine_gradebook(course, assignment)


def examine_python() -> Finding:
    """The interpreter's version."""
    found = ".".join(map(str, sys.version_info[:3]))
    remedy = f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed."
    return Finding("Python", sys.version_info >= OLDEST, found, remedy)


def examine_bwrap() -> Finding:
    """bubblewrap, and its version."""
    try:
        path = find_bwrap()
    except GraderError as error:
        return Finding("bubblewrap", False, "missing", str(error))
    run = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return Finding("bubblewrap", run.returncode == 0, run.stdout.strip() or run.stderr.strip())


def examine_seccomp() -> Finding:
    """libseccomp, which makes the filter of system calls."""
    if seccomp.find_library() is not None:
        return Finding("libseccomp", True, "the filter of system calls can be made")
    remedy = f"Without it a hole in the kernel is open to student code. {seccomp.INSTALL}"
    return Finding("libseccomp", False, "missing", remedy)


def examine_sandbox(folder: Path) -> Iterator[Finding]:
    """A kernel in the sandbox, and every restriction as it is felt from inside."""
    outside = Outside.current(Limits())
    try:
        facts = asyncio.run(collect_facts(outside, hidden_paths(folder)))
    except (GraderError, KernelDied, ValueError) as error:
        yield Finding("sandboxed kernel", False, str(error))
        return
    yield Finding("sandboxed kernel", True, "it starts and answers")
    yield from judge_facts(facts, outside)


def examine_warm_kernels(folder: Path) -> Iterator[Finding]:
    """Whether kernels can be copied from a preloaded process, and the restrictions of a copy.

    Where they can't, kernels start as they do without one: that is slower, and nothing else.
    """
    what, outside = "warm kernels", Outside.current(Limits())
    try:
        with open_warm_kernels() as warm:
            facts = asyncio.run(collect_facts(outside, hidden_paths(folder), warm))
    except (GraderError, KernelDied, ValueError) as error:
        yield Finding(what, True, f"none on this machine, each kernel starts by itself: {error}")
        return
    lacking = [found for found in judge_facts(facts, outside) if not found.fine]
    if not lacking:
        yield Finding(what, True, "they start, and every restriction holds in them as well")
    for found in lacking:
        yield replace(found, what=f"{what}: {found.what}")


def hidden_paths(folder: Path) -> list[Path]:
    """What student code must not find: the course, the grader's home and this package."""
    paths = [folder.resolve(), Path.home(), PACKAGE]
    private = [Path(path) for path in PRIVATE_FOLDERS]
    return [path for path in paths if not any(own.is_relative_to(path) for own in private)]


def examine_settings(course: Course) -> Finding:
    """Whether nbgrader is told to grade with this package."""
    try:
        steps = course.config().Autograde.autograde_preprocessors
    except Exception as error:
        return Finding("settings", False, f"{type(error).__name__}: {error}")
    fine = isinstance(steps, list) and STEP in map(str, steps)
    remedy = f"Put {STEP} into c.Autograde.autograde_preprocessors in nbgrader_config.py."
    return Finding(
        "settings", fine, "nbgrader grades with this package" if fine else "not set", remedy
    )


def examine_cluster(course: Course) -> Iterator[Finding]:
    """The workers that grade for this course, where it names a scheduler, and who can't."""
    try:
        settings = Settings.of(course.config())
        if not settings.scheduler:
            return
        with open_scheduler(settings, Bundle({})) as cluster:
            found = f"{settings.scheduler} grades {cluster.width} submissions at a time"
            yield Finding("cluster", True, found)
            for worker, why in sorted(cluster.refusals.items()):
                yield Finding(f"cluster: worker {worker}", False, "it does not grade", why)
    except Exception as error:  # a configuration may do anything
        yield Finding("cluster", False, f"{type(error).__name__}: {error}")


def examine_assignment(course: Course, assignment: str) -> Finding:
    """Whether an assignment's cells and hidden tests fit together."""
    what = f"assignment {assignment}"
    try:
        laws = collect_in_subprocess(str(course.root), assignment)
        problems = compare(course.source(assignment), laws)
    except GraderError as error:
        return Finding(what, False, str(error))
    if problems:
        return Finding(what, False, "; ".join(problems), "Make the points agree.")
    tasks = len({law.task for law in laws})
    return Finding(what, True, f"{len(laws)} hidden tests of {tasks} tasks")


def examine_gradebook(course: Course, assignment: str) -> Finding:
    """Whether grading will find the assignment in the gradebook, or can enter it."""
    what = f"gradebook: {assignment}"
    directory = CourseDirectory(config=course.config(), root=str(course.root))
    try:
        if is_known(directory, assignment):
            return Finding(what, True, "it knows the assignment")
        if not list(released(course, assignment).glob("*.ipynb")):
            return Finding(what, True, f"not released yet: autograder release {assignment}")
        compare_release(course, assignment)
    except (GraderError, SQLAlchemyError) as error:
        return Finding(what, False, str(error))
    return Finding(what, True, "nbgrader autograde will enter the assignment from its release")
