"""Grade one submission: a notebook in, a grade and the executed notebook out.

How it works: `grade` is a pure function of its `Job`: it needs no gradebook and
writes no file. `grade_apart` runs it in a fresh Python process, so that no
submission meets what pytest, Hypothesis or a hidden test left behind by another,
and so that a crash of the grader costs one submission: its tasks are *not
graded*, and the fault is named.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import msgspec
import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.bank import load_reference, read_misconceptions
from autograder.diagnosis import diagnose_task
from autograder.errors import GraderError
from autograder.execution import run_notebook
from autograder.feedback import render_task
from autograder.kernel import Snapshot
from autograder.limits import Limits
from autograder.markup import clean_output
from autograder.model import Diagnosis, Grade, Law, Outcome, TaskGrade
from autograder.notebook import is_test, points_of, read_notebook, task_of
from autograder.plugin import Grading
from autograder.rerun import Reruns, keep_running
from autograder.sandbox import cache_folder
from autograder.student import Budget, DeadLine, Student, WorkerLine
from autograder.texts import Language

FAULT_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class Job:
    """All that a grade depends on. `notebook` is a restored one, as JSON text."""

    course: str  # the course folder: tests/hidden/<assignment> and solutions lie in it
    assignment: str
    notebook: str
    limits: Limits = field(default_factory=Limits)
    language: Language = "de"
    unsandboxed: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A grade, and the notebook with its outputs and the verdicts in its test cells."""

    grade: Grade
    notebook: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """The laws of an assignment, and what pytest could not collect."""

    course: str
    assignment: str
    laws: tuple[Law, ...] = ()
    faults: tuple[str, ...] = ()


def grade(job: Job) -> Result:
    """Run the notebook in a sandbox and the hidden tests against it, in this process."""
    notebook = read_notebook(job.notebook, name="The notebook to grade")
    try:
        start = partial(
            run_notebook, limits=job.limits, language=job.language, unsandboxed=job.unsandboxed
        )
        with keep_running(notebook, job.limits, start) as runs:
            remarks = list(runs.run.remarks)
            session = run_tests(job, runs)
        remarks += [*runs.remarks, *remark_limits(session.outcomes)]
        diagnoses = diagnose_all(job, session, remarks)
        grade = assemble(job, notebook, session, diagnoses, tuple(remarks))
    except GraderError as error:
        grade = ungraded(job, notebook, str(error))
    return Result(grade, record(notebook, grade, job.language))


def run_tests(job: Job, runs: Reruns) -> Grading:
    """One pytest session over the hidden tests of the assignment."""
    budget = Budget(job.limits.calls_seconds)

    def open_student(law: Law) -> Student:
        snapshot = runs.snapshot(law)
        if isinstance(snapshot, Snapshot):
            test = Budget(job.limits.test_seconds, within=budget)
            return Student(WorkerLine(snapshot, job.limits, test, runs.why), job.limits)
        return Student(DeadLine(snapshot), job.limits)

    session = Grading(open_student, undecided=runs.undecided, examples=job.limits.examples)
    pytest.main(pytest_args(job.course, job.assignment), plugins=[session])
    return session


def diagnose_all(job: Job, session: Grading, remarks: list[str]) -> dict[str, Diagnosis]:
    """The misconception that each task shows; none where nothing was lost or nothing is clear.

    It is worth no points: whatever fails here is told to staff and costs nobody anything.
    """
    lost = dict.fromkeys(o.law.task for o in session.outcomes if o.status == "failed")
    if not lost:
        return {}
    try:
        bank = read_misconceptions(Path(job.course), job.assignment)
        reference = load_reference(Path(job.course), job.assignment) if bank else {}
        named = {
            task: diagnose_task(task, session.outcomes, session.exchanges, bank, reference)
            for task in lost
        }
    except Exception as error:
        remarks.append(f"no misconceptions were looked for: {error!r}"[:FAULT_LENGTH])
        return {}
    return {task: diagnosis for task, diagnosis in named.items() if diagnosis is not None}


def take_inventory(inventory: Inventory) -> Inventory:
    """The laws of an assignment's hidden tests, without running one."""
    session = Grading()
    arguments = pytest_args(inventory.course, inventory.assignment)
    pytest.main([*arguments, "--collect-only"], plugins=[session])
    return replace(inventory, laws=tuple(session.laws.values()), faults=tuple(session.faults))


def pytest_args(course: str, assignment: str, files: Sequence[str] = ()) -> list[str]:
    """Only the course's hidden tests, or some files of them.

    No configuration, cache, plugin or output of others takes part.
    """
    return [
        *["-c", os.devnull, "--rootdir", course, "-o", f"pythonpath={course}"],
        *["--import-mode=importlib", "-p", "no:cacheprovider", "--capture=no"],
        *["-p", "no:unraisableexception", "-p", "no:threadexception"],  # they collect garbage twice
        "--continue-on-collection-errors",  # a broken file leaves its own tasks ungraded
        *["--assert=plain", "--tb=native", "-q", "--no-header", "--no-summary"],
        *(files or [str(suite_folder(course, assignment))]),
    ]


def suite_folder(course: str, assignment: str) -> Path:
    """Where the hidden tests of an assignment lie; raises GraderError where there are none."""
    folder = Path(course) / "tests" / "hidden" / assignment
    if not folder.is_dir():
        raise GraderError(f"There are no hidden tests for {assignment!r}: {folder} is no folder.")
    return folder


def assemble(
    job: Job,
    notebook: NotebookNode,
    session: Grading,
    diagnoses: Mapping[str, Diagnosis],
    remarks: tuple[str, ...],
) -> Grade:
    """The grade: a task for each test cell, with what became of its laws."""
    fault = "\n".join(session.faults)[:FAULT_LENGTH]
    tasks = (
        assemble_task(cell, session.outcomes, fault) for cell in filter(is_test, notebook.cells)
    )
    explained = (replace(task, diagnosis=diagnoses.get(task.task)) for task in tasks)
    return Grade(job.assignment, tuple(explained), remarks)


def assemble_task(cell: NotebookNode, outcomes: tuple[Outcome, ...], fault: str) -> TaskGrade:
    """The outcomes of a test cell, or why they can't count."""
    task, points = task_of(cell), points_of(cell)
    own = tuple(outcome for outcome in outcomes if outcome.law.task == task)
    worth = sum(outcome.law.points for outcome in own)
    if worth != points:
        problem = f"The cell test_{task} gives {points:g} points, its hidden tests {worth:g}."
        return TaskGrade(task, points, own, f"{problem}\n{fault}".strip())
    return TaskGrade(task, points, own)


def ungraded(job: Job, notebook: NotebookNode, fault: str) -> Grade:
    """The grade of a submission that the grader could not grade: nobody's points."""
    tasks = tuple(
        TaskGrade(task_of(cell), points_of(cell), (), fault[:FAULT_LENGTH])
        for cell in filter(is_test, notebook.cells)
    )
    return Grade(job.assignment, tasks)


def remark_limits(outcomes: tuple[Outcome, ...]) -> list[str]:
    """What staff should know of limits that calls ran into."""
    reached = {
        "timed_out": "call_seconds",
        "test_time_used_up": "test_seconds",
        "time_used_up": "calls_seconds",
        "too_large": "reply_bytes",
    }
    remarks = []
    for outcome in outcomes:
        found = outcome.counterexample.found if outcome.counterexample else ""
        if not isinstance(found, str) and found.key in reached:
            remarks.append(f"{outcome.law.task}: limit {reached[found.key]} in {outcome.law.test}")
    return remarks


def record(notebook: NotebookNode, grade: Grade, language: Language) -> str:
    """The notebook as JSON, with one trusted output a test cell and harmless others."""
    tasks = {task.task: task for task in grade.tasks}
    for cell in notebook.cells:
        if is_test(cell):
            cell.outputs = [trusted_output(tasks[task_of(cell)], language)]
        elif cell.cell_type == "code":
            cleaned = [clean_output(output, language=language) for output in cell.outputs]
            cell.outputs = [output for output in cleaned if output is not None]
    return nbformat.writes(notebook)


def trusted_output(task: TaskGrade, language: Language) -> NotebookNode:
    """What nbgrader reads the points from, and what people read beside it.

    A task that was not graded says 0 here: should anybody but our own recorder
    read it, the text "not graded" would earn full points.
    """
    data = {
        "text/plain": f"{task.earned or 0.0:g}",
        "text/html": render_task(task, language),
    }
    return new_output("execute_result", data)


# --- a process of its own -----------------------------------------------------


def grade_apart(job: Job) -> Result:
    """`grade` in a fresh process; whatever happens to it, the result is a Result."""
    try:
        return msgspec.json.decode(run_apart(job, longest(job.limits)), type=Result)
    except (GraderError, OSError, msgspec.DecodeError) as error:
        return refuse(job, f"The grading process failed: {error}")


def refuse(job: Job, fault: str) -> Result:
    """The result of a job that is not carried out: no task is graded."""
    notebook = read_notebook(job.notebook, name="The notebook to grade")
    grade = ungraded(job, notebook, fault)
    return Result(grade, record(notebook, grade, job.language))


def collect_apart(course: str, assignment: str) -> tuple[Law, ...]:
    """The laws of an assignment, read in a fresh process; raises GraderError for a broken suite."""
    answer = run_apart(Inventory(course, assignment), seconds=300)
    inventory = msgspec.json.decode(answer, type=Inventory)
    if inventory.faults:
        raise GraderError("The hidden tests can't be read:\n" + "\n".join(inventory.faults))
    return inventory.laws


def run_apart(order: Job | Inventory, seconds: float) -> bytes:
    """Start a process, give it the order, and wait for what it writes."""
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-P", "-m", "autograder.grading", type(order).__name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ
        | {
            "HYPOTHESIS_STORAGE_DIRECTORY": str(cache_folder() / "hypothesis"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        },
    )
    log: list[bytes] = []
    with process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin and stdout and stderr
        reader = threading.Thread(target=lambda: log.append(stderr.read()), daemon=True)
        reader.start()
        alarm = threading.Timer(seconds, process.kill)
        alarm.start()
        # its standard input stays open while we live: its end tells the process to end
        stdin.write(msgspec.json.encode(order) + b"\n")
        stdin.flush()
        answer = stdout.read()
        status = process.wait()
        alarm.cancel()
        reader.join()
    if status != 0:
        said = b"".join(log).decode(errors="replace").strip()[-FAULT_LENGTH:]
        raise GraderError(f"The grading process ended with status {status}.\n{said}")
    return answer


def longest(limits: Limits) -> float:
    """Seconds after which the grading process itself must have hung."""
    starts = limits.start_seconds * (limits.restarts + limits.reruns + 1)
    cells = 3 * limits.cells_seconds  # the first run, reruns as long together, and the last of them
    return 2 * (starts + cells + limits.calls_seconds + limits.cell_seconds) + 120


def main() -> None:
    """Read an order from standard input, carry it out, write the result to standard output."""
    answer = os.dup(1)
    os.dup2(2, 1)  # what pytest prints is a log, not the result
    line = sys.stdin.buffer.readline()
    threading.Thread(target=end_with_parent, daemon=True).start()
    result: Result | Inventory
    if sys.argv[1] == "Job":
        result = grade(msgspec.json.decode(line, type=Job))
    else:
        result = take_inventory(msgspec.json.decode(line, type=Inventory))
    with os.fdopen(answer, "wb") as stream:
        stream.write(msgspec.json.encode(result))


def end_with_parent() -> None:
    """End when the process that asked is gone: nobody would read the answer."""
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
