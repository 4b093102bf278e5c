"""Look for what grading needs on this machine, and name what is missing.

The restrictions are not read from a list: a kernel is started in the sandbox and
asked what it can see and do.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.course import Course
from autograder.errors import GraderError
from autograder.grading import collect_apart
from autograder.kernel import KernelDied, launch_kernel
from autograder.limits import Limits
from autograder.release import compare
from autograder.report import Finding
from autograder.sandbox import find_bwrap

OLDEST = (3, 11)
STEP = "autograder.preprocessors.GradeSubmission"
# Runs inside the sandbox: each line of its answer is one restriction, and whether it holds.
PROBE = """
import json, os, socket
def refused(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        return True
    return False
def status(name):
    with open("/proc/self/status") as lines:
        return next(line.split()[1] for line in lines if line.startswith(name + ":"))
print(json.dumps({{
    "no network": os.listdir("/sys/class/net") == ["lo"] if os.path.isdir("/sys/class/net")
        else [name for _, name in socket.if_nameindex()] == ["lo"],
    "no capability": int(status("CapEff"), 16) == 0 and int(status("CapBnd"), 16) == 0,
    "no new privileges": status("NoNewPrivs") == "1",
    "not an administrator": os.getuid() != 0,
    "read-only system": refused(open, "/usr/probe", "w") and refused(open, "/probe", "w"),
    "no course folder": not os.path.exists({course!r}),
    "no other user's files": not os.path.exists({home!r}),
    "own processes only": len([p for p in os.listdir("/proc") if p.isdigit()]) < 10,
    "no grader's environment": {secret!r} not in os.environ,
}}))
"""


def examine(folder: Path) -> Iterator[Finding]:
    """One finding after the other."""
    yield examine_python()
    yield examine_bwrap()
    yield from examine_sandbox(folder)
    try:
        course = Course.at(folder)
    except GraderError as error:
        yield Finding("course", False, str(error))
        return
    yield examine_settings(course)
    for assignment in course.assignments:
        yield examine_assignment(course, assignment)


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


def examine_sandbox(folder: Path) -> Iterator[Finding]:
    """A kernel in the sandbox, and every restriction as it is felt from inside."""
    probe = PROBE.format(course=str(folder.resolve()), home=str(Path.home()), secret="SHELL")
    cell = new_code_cell(probe)
    try:
        asyncio.run(run_probe(cell))
        answer = json.loads("".join(output.get("text", "") for output in cell.outputs))
    except (GraderError, KernelDied, ValueError) as error:
        yield Finding("sandboxed kernel", False, str(error), str(cell.outputs)[:500])
        return
    yield Finding("sandboxed kernel", True, "it starts and answers")
    for restriction, holds in answer.items():
        yield Finding(f"sandbox: {restriction}", bool(holds), "holds" if holds else "does NOT hold")


async def run_probe(cell: NotebookNode) -> None:
    """Run one cell in a sandboxed kernel of its own."""
    with launch_kernel(Limits()) as kernel:
        await kernel.run(cell)


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


def examine_assignment(course: Course, assignment: str) -> Finding:
    """Whether an assignment's cells and hidden tests fit together."""
    what = f"assignment {assignment}"
    try:
        laws = collect_apart(str(course.root), assignment)
        problems = compare(course.source(assignment), laws)
    except GraderError as error:
        return Finding(what, False, str(error))
    if problems:
        return Finding(what, False, "; ".join(problems), "Make the points agree.")
    tasks = len({law.task for law in laws})
    return Finding(what, True, f"{len(laws)} hidden tests of {tasks} tasks")
