"""Grade one submission: a notebook in, a grade and the executed notebook out.

How it works: `grade` is a pure function of its `Job`: it needs no gradebook and
writes no file. `process.grade_in_subprocess` runs it in a Python process of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from autograder.course.answers import load_reference, read_misconceptions, reference_path
from autograder.grading.cause import find_cause
from autograder.grading.dependence import Dependence, dependences_of
from autograder.grading.diagnosis import diagnose_task
from autograder.grading.earlier import EarlierGrade
from autograder.grading.points import mismatch
from autograder.grading.record import record
from autograder.grading.reference import ReferenceHelper
from autograder.judge.examples import read_examples
from autograder.judge.follow_on import FollowOn
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session
from autograder.kernel.execute import Notes, run_notebook
from autograder.kernel.retry import Reruns, keep_running
from autograder.kernel.warm import WarmKernels
from autograder.model.cells import is_test, points_of, read_notebook, task_of
from autograder.model.errors import GraderError
from autograder.model.grade import Diagnosis, Grade, Outcome, TaskGrade
from autograder.model.limits import Limits
from autograder.model.messages import Language
from autograder.model.remarks import Remarks

Diagnoses = Mapping[str, tuple[Diagnosis, ...]]  # of each task

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
    follow_on: float = 0.0  # the share of points that a law keeps which an earlier task broke
    examples: tuple[str, ...] = ()  # files with those of the laws; who has none draws its own
    digests: dict[str, str] = field(default_factory=dict)  # of the files with hidden tests
    earlier: Grade | None = None  # an earlier grade of the same notebook


@dataclass(frozen=True, slots=True)
class Result:
    """A grade, and the notebook with its outputs and the verdicts in its test cells."""

    grade: Grade
    notebook: str


def grade(job: Job, warm: WarmKernels | None = None) -> Result:
    """Run the notebook in a sandbox and the hidden tests against it, in this process.

    `warm` makes kernels faster and changes nothing else.
    """
    notebook = read_notebook(job.notebook, name="The notebook to grade")
    notes: Notes = {}
    try:
        start = partial(run_notebook, limits=job.limits, warm=warm, unsandboxed=job.unsandboxed)
        with keep_running(notebook, job.limits, start) as runs:
            notes = runs.run.notes
            remarks = list(runs.run.remarks)
            dependences = dependences_of(notebook) if job.follow_on else ()
            uses = {each.task: each.uses for each in dependences}
            earlier = EarlierGrade(job.earlier, job.notebook, uses, job.digests)
            judge = run_tests(job, runs, earlier, dependences)
        said = [*earlier.remarks, *judge.remarks, *remark_limits(judge.outcomes)]
        remarks += [*runs.remarks, *in_order_of_tasks(notebook, said)]
        diagnoses = diagnose_all(job, judge, remarks)
        noticed = Remarks()
        for remark in remarks:
            noticed.add(remark)
        grade = assemble(job, notebook, judge, diagnoses, tuple(noticed.said))
        grade = with_earlier(grade, earlier)
    except GraderError as error:
        grade = ungraded(job, notebook, str(error))
    return Result(grade, record(notebook, grade, notes, job.language))


def run_tests(
    job: Job, runs: Reruns, earlier: EarlierGrade, dependences: tuple[Dependence, ...]
) -> JudgePlugin:
    """One pytest session over the hidden tests of the assignment that have to be run."""
    judge = JudgePlugin(runs, limits=job.limits, examples=read_examples(job.examples))
    cells = {each.task: each.cell for each in dependences}

    def help_task(task: str, names: tuple[str, ...]) -> ReferenceHelper:
        return ReferenceHelper(job.course, job.assignment, task, names, cells[task], job.limits)

    plugins: list[object] = [earlier]
    # without a reference nobody could answer for earlier tasks
    if job.follow_on and reference_path(Path(job.course), job.assignment).is_file():
        plugins.append(FollowOn(judge, runs, earlier, job.follow_on, help_task))
    run_session(job.course, job.assignment, judge, *plugins)
    return judge


def in_order_of_tasks(notebook: NotebookNode, remarks: list[str]) -> list[str]:
    """Remarks on laws, which begin with the task's name, in the order of the test cells."""
    places = {task_of(cell): place for place, cell in enumerate(filter(is_test, notebook.cells))}
    return sorted(remarks, key=lambda remark: places.get(remark.partition(": ")[0], len(places)))


def with_earlier(grade: Grade, earlier: EarlierGrade) -> Grade:
    """The grade with the tasks that are kept in their places, and what each one depends on."""
    tasks = (
        earlier.kept.get(task.task) or replace(task, basis=earlier.bases.get(task.task, ""))
        for task in grade.tasks
    )
    return replace(grade, tasks=tuple(tasks))


def diagnose_all(job: Job, judge: JudgePlugin, remarks: list[str]) -> Diagnoses:
    """The misconceptions that each task shows; none where nothing was lost or nothing is clear.

    It is worth no points: whatever fails here is told to staff and costs nobody anything.
    """
    own = tuple(outcome for outcome in judge.outcomes if not outcome.follow_on)
    lost = dict.fromkeys(o.law.task for o in own if o.status == "failed")
    if not lost:
        return {}
    try:
        misconceptions = read_misconceptions(Path(job.course), job.assignment)
        reference = load_reference(Path(job.course), job.assignment) if misconceptions else {}
        named = {
            task: diagnose_task(task, own, judge.exchanges, misconceptions, reference)
            for task in lost
        }
    except Exception as error:
        remarks.append(f"no misconceptions were looked for: {error!r}"[:FAULT_LENGTH])
        return {}
    return named


def assemble(
    job: Job,
    notebook: NotebookNode,
    judge: JudgePlugin,
    diagnoses: Diagnoses,
    remarks: tuple[str, ...],
) -> Grade:
    """The grade: a task for each test cell, with what became of its laws."""
    fault = "\n".join(judge.faults)[:FAULT_LENGTH]
    cells = notebook.cells
    tasks = (assemble_task(cell, judge.outcomes, fault, cells) for cell in filter(is_test, cells))
    explained = (replace(task, diagnoses=diagnoses.get(task.task, ())) for task in tasks)
    return Grade(job.assignment, tuple(explained), remarks)


def assemble_task(
    cell: NotebookNode, outcomes: tuple[Outcome, ...], fault: str, cells: list[NotebookNode]
) -> TaskGrade:
    """The outcomes of a test cell, or why they can't count."""
    task, points = task_of(cell), points_of(cell)
    own = tuple(outcome for outcome in outcomes if outcome.law.task == task)
    if problem := mismatch(cell, (outcome.law for outcome in own)):
        return TaskGrade(task, points, own, f"The {problem}.\n{fault}".strip())
    return TaskGrade(task, points, own, why=find_cause(task, own, cells))


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
        "too_large": "reply_bytes",
    }
    remarks = []
    for outcome in outcomes:
        found = outcome.counterexample.found if outcome.counterexample else ""
        if not isinstance(found, str) and found.key in reached:
            remarks.append(f"{outcome.law.task}: limit {reached[found.key]} in {outcome.law.test}")
    return remarks


def refuse(job: Job, fault: str) -> Result:
    """The result of a job that is not carried out: no task is graded."""
    notebook = read_notebook(job.notebook, name="The notebook to grade")
    grade = ungraded(job, notebook, fault)
    return Result(grade, record(notebook, grade, {}, job.language))
