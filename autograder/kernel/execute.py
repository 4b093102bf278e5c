"""Run the cells of a notebook in a sandboxed kernel, and freeze it at each test cell.

How it works: the cells run in order; a test cell does not run, the kernel is
copied there instead. A cell that ends the kernel is left out and the others run
again in a new one, so that it costs no function but those that need it. It need not
be the cell that was running then: `bisection` looks for it. After too many ends, or when the
time is up, the run stops: the functions that were frozen until then are graded, and for the
others a message says why they were not.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from nbformat import NotebookNode

from autograder.kernel.cell import CellResult, Note, add_note
from autograder.kernel.kernel import Kernel, KernelDied, launch_kernel
from autograder.kernel.plan import End, Plan
from autograder.kernel.warm import WarmKernels
from autograder.model.cells import is_test, place_of, task_of
from autograder.model.limits import Limits
from autograder.model.messages import Message, render
from autograder.student.snapshot import Snapshot

Notes = dict[int, list[Note]]  # by the index of a cell
Start = Callable[[], contextlib.AbstractContextManager[Kernel]]


@contextlib.contextmanager
def run_notebook(
    notebook: NotebookNode,
    limits: Limits,
    *,
    warm: WarmKernels | None = None,
    unsandboxed: bool = False,
) -> Iterator[Run]:
    """Execute `notebook` in place; the snapshots answer until the context is left.

    With `warm` its kernels are copied from a process that is loaded already.
    What the student reads in the outputs beside them is not written yet (`Run.notes`).
    Raises GraderError where no kernel starts.
    """
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        start = partial(launch_kernel, limits, warm=warm, unsandboxed=unsandboxed)
        run = runner.run(run_until_it_lasts(notebook, limits, stack, start))
        try:
            yield run
        finally:
            runner.run(close(stack))


@dataclass(slots=True)
class Run:
    """An executed notebook: a snapshot for each task, or why it has no snapshot.

    A task that `snapshots` does not name was not copied, and the cause is unknown.
    """

    notebook: NotebookNode
    kernel: Kernel  # that the snapshots were forked from
    snapshots: dict[str, Snapshot | Message]
    notes: Notes
    remarks: list[str]  # for staff

    @property
    def lost(self) -> Message | None:
        """Why all snapshots are gone, or None while they answer."""
        return self.kernel.ending


@dataclass(slots=True)
class Attempt:
    """What one kernel has made of the notebook, and how it ended, or None where it lasted."""

    notes: Notes  # also on outputs that earlier kernels left
    snapshots: dict[str, Snapshot | Message] = field(default_factory=dict)
    interrupted: dict[int, Message] = field(default_factory=dict)  # index of a cell: cause
    remarks: list[str] = field(default_factory=list)
    end: End | None = None


# What became of a cell.


@dataclass(frozen=True, slots=True)
class Ran:
    """It ran to its end, whatever its code did."""

    result: CellResult


@dataclass(frozen=True, slots=True)
class Frozen:
    """A test cell, for which the kernel was copied."""

    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class NotFrozen:
    """A test cell, for which the kernel could not be copied, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Died:
    """The kernel ended: while the cell ran, or before it began."""

    cause: Message
    notes: tuple[Note, ...]
    began: bool


Event = Ran | Frozen | NotFrozen | Died | None  # None: there was nothing to do


async def close(stack: contextlib.ExitStack) -> None:
    """Leave inside the event loop what was entered there."""
    stack.close()


async def run_until_it_lasts(
    notebook: NotebookNode, limits: Limits, stack: contextlib.ExitStack, start: Start
) -> Run:
    """Run the notebook until a kernel survives it; that kernel stays open on `stack`."""
    places = [place_of(notebook.cells, index) for index in range(len(notebook.cells))]
    plan = Plan(time.monotonic() + limits.cells_seconds, places)
    attempt = Attempt({})
    for ends in count(1):
        with contextlib.ExitStack() as opened:
            kernel = opened.enter_context(start())
            attempt = await run_cells(notebook, kernel, plan, limits, attempt.notes)
            if attempt.end is None:
                stack.push(opened.pop_all())
                break
        plan.draw_conclusion(attempt.end, ends, limits)
    explain_gaps(notebook, attempt, plan)
    remarks = [*plan.remarks, *attempt.remarks]
    return Run(notebook, kernel, attempt.snapshots, attempt.notes, remarks)


async def run_cells(
    notebook: NotebookNode, kernel: Kernel, plan: Plan, limits: Limits, notes: Notes
) -> Attempt:
    """Run what is planned, until the kernel ends; `notes` are those on earlier outputs."""
    await kernel.wait_for_outputs()
    began = time.monotonic()
    attempt = Attempt(dict(notes))
    ran: list[int] = []
    for index, cell in enumerate(notebook.cells):
        plan.look_at_clock(index, limits)
        if plan.stopped(index):
            break
        match await run_cell(index, cell, kernel, plan):
            case Ran(result):
                ran.append(index)
                attempt.notes[index] = list(result.notes)
                note_unusual(attempt, index, result, plan.places[index], limits)
            case Frozen(snapshot):
                attempt.snapshots[task_of(cell)] = snapshot
            case NotFrozen(reason):
                attempt.remarks.append(f"{task_of(cell)}: {reason}")
            case Died(cause, left, has_begun):
                if has_begun:
                    ran.append(index)
                    attempt.notes[index] = list(left)
                attempt.end = End(index, cause, ran, time.monotonic() - began)
                break
    return attempt


async def run_cell(index: int, cell: NotebookNode, kernel: Kernel, plan: Plan) -> Event:
    """Run a cell, or freeze the kernel at a test cell, where the plan says so."""
    began = False
    try:
        await pause_before(index, kernel, plan)
        if is_test(cell):
            return freeze(kernel)
        if cell.cell_type == "code" and plan.runs(index):
            began = True
            return Ran(await kernel.run(cell))
    except KernelDied as death:
        return Died(death.cause, death.notes, began)
    return None


async def pause_before(index: int, kernel: Kernel, plan: Plan) -> None:
    """Have the kernel do nothing where the search asks for it; raises KernelDied."""
    search = plan.search
    if search is not None and search.pauses_before(index):
        await kernel.rest(search.seconds)
        search.survived()
        plan.leave_out_found()


def freeze(kernel: Kernel) -> Frozen | NotFrozen:
    """Copy the kernel, if it lets us; raises KernelDied."""
    try:
        return Frozen(kernel.snapshot())
    except OSError as error:
        if not kernel.alive:
            raise KernelDied(kernel.cause(None)) from error
        return NotFrozen(f"no copy of the kernel could be made: {error}")


def note_unusual(
    attempt: Attempt, index: int, result: CellResult, place: str, limits: Limits
) -> None:
    """Note for staff and student what was unusual about a cell that has just run."""
    if result.interrupted:
        seconds = f"{limits.cell_seconds:g}"
        attempt.interrupted[index] = Message.of("cause_interrupted", seconds=seconds)
        attempt.remarks.append(f"{place} was interrupted: limit cell_seconds")
    if result.cut:
        attempt.remarks.append(f"{place} showed more than limit outputs allows")
    if result.exited:
        said = "called exit(): the cells behind it ran all the same"
        attempt.remarks.append(f"{place} {said}")


def explain_gaps(notebook: NotebookNode, attempt: Attempt, plan: Plan) -> None:
    """Say why cells were left out, and why test cells were not reached."""
    for index, cell in enumerate(notebook.cells):
        if is_test(cell) and plan.stopped(index):
            cause = plan.cause or Message.of("cause_ended")
            attempt.snapshots[task_of(cell)] = Message.of("kernel_died", cause=cause)
    for index, cause in (plan.skipped | attempt.interrupted).items():
        note = add_note(notebook.cells[index], Message.of("cell_left_out", cause=cause))
        attempt.notes.setdefault(index, []).append(note)
    if plan.search is not None:
        how = render(plan.search.cause, "en")
        plan.remarks.append(f"the kernel ended once and, run again, did not: {how}")
