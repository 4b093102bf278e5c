"""Run the cells of a notebook in a sandboxed kernel, and freeze it at each test cell.

How it works: the cells run in order; a test cell does not run, the kernel is
copied there instead. A cell that ends the kernel is left out and the others run
again in a new one, so that it costs no function but those that need it. Which cell it
is, is not a matter of course (`bisection`). After too many ends, or when the time is up,
the run stops: the functions that were frozen until then are graded, the others are told
why not.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.kernel.bisection import Bisection
from autograder.kernel.kernel import Kernel, KernelDied, launch_kernel
from autograder.model.cells import is_test, task_of
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.model.messages import Language, Message, say
from autograder.student.snapshot import Snapshot


@dataclass(slots=True)
class Run:
    """An executed notebook: a snapshot for each task, or why there is none.

    A task that is not there has no copy although the notebook ran: nobody knows why.
    """

    notebook: NotebookNode
    snapshots: dict[str, Snapshot | Message] = field(default_factory=dict)
    interrupted: dict[int, Message] = field(default_factory=dict)  # index of a cell: cause
    remarks: list[str] = field(default_factory=list)  # for staff
    kernel: Kernel | None = None  # that the snapshots were forked from

    @property
    def lost(self) -> Message | None:
        """Why all snapshots are gone, or None while they answer."""
        return self.kernel.ending if self.kernel is not None else None

    def forget(self) -> None:
        """Begin anew, with another kernel."""
        self.snapshots.clear()
        self.interrupted.clear()
        self.remarks.clear()


@dataclass(frozen=True, slots=True)
class End:
    """How a kernel ended: the cell that it was at, those that had begun, and after how long."""

    index: int
    cause: Message
    ran: list[int]
    seconds: float


@dataclass(slots=True)
class Plan:
    """What is left out, and why: single cells, and everything from `stop` on."""

    deadline: float
    skipped: dict[int, Message] = field(default_factory=dict)  # index of a cell: cause
    search: Bisection | None = None  # for a cell that ended the kernel
    stop: int | None = None
    cause: Message | None = None  # of the last end
    remarks: list[str] = field(default_factory=list)  # on what is left out

    def runs(self, index: int) -> bool:
        """Whether the cell at `index` is to run."""
        return index not in self.skipped and not self.stopped(index)

    def stopped(self, index: int) -> bool:
        """Whether the run ends before `index`."""
        return self.stop is not None and index >= self.stop

    def leave_out_found(self) -> None:
        """Leave out the cell that the search has found, if it has."""
        if self.search is not None and (index := self.search.found) is not None:
            self.leave_out(index, self.search.cause)
            self.search = None

    def leave_out(self, index: int, cause: Message) -> None:
        """Run all cells but this one, and those that are left out already."""
        self.skipped[index] = cause
        self.remarks.append(f"cell {index + 1} ended the kernel: {say(cause, 'en')}")

    def stop_before(self, index: int, cause: Message, remark: str) -> None:
        """Run no cell from `index` on."""
        self.stop, self.cause, self.search = index, cause, None
        self.remarks.append(f"the run stopped before cell {index + 1}: {remark}")


@contextlib.contextmanager
def run_notebook(
    notebook: NotebookNode, limits: Limits, *, language: Language, unsandboxed: bool = False
) -> Iterator[Run]:
    """Execute `notebook` in place; the snapshots answer until the context is left.

    Raises GraderError where no kernel starts.
    """
    run = Run(notebook)
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        runner.run(run_until_it_lasts(run, limits, stack, language, unsandboxed))
        try:
            yield run
        finally:
            runner.run(close(stack))


async def close(stack: contextlib.ExitStack) -> None:
    """Leave inside the event loop what was entered there."""
    stack.close()


async def run_until_it_lasts(
    run: Run, limits: Limits, stack: contextlib.ExitStack, language: Language, unsandboxed: bool
) -> None:
    """Run the notebook until a kernel survives it; that kernel stays open on `stack`."""
    plan = Plan(time.monotonic() + limits.cells_seconds)
    for ends in count(1):
        run.forget()
        with contextlib.ExitStack() as attempt:
            kernel = attempt.enter_context(
                launch_kernel(limits, language=language, unsandboxed=unsandboxed)
            )
            end = await run_cells(run, kernel, plan, limits)
            if end is None:
                run.kernel = kernel
                stack.push(attempt.pop_all())
                break
        draw_conclusion(plan, end, ends, limits)
    for index, cell in enumerate(run.notebook.cells):
        if is_test(cell) and plan.stopped(index):
            run.snapshots[task_of(cell)] = not_reached(plan, language)
    for index, cause in (plan.skipped | run.interrupted).items():
        run.notebook.cells[index].outputs.append(obituary(cause, language))
    if plan.search is not None:
        how = say(plan.search.cause, "en")
        plan.remarks.append(f"the kernel ended once and, run again, did not: {how}")
    run.remarks[:0] = plan.remarks


async def run_cells(run: Run, kernel: Kernel, plan: Plan, limits: Limits) -> End | None:
    """Run what is planned; how the kernel ended, or None where it lasted."""
    await kernel.wait_for_outputs()
    began = time.monotonic()
    ran: list[int] = []
    for index, cell in enumerate(run.notebook.cells):
        if plan.stop is None and time.monotonic() > plan.deadline:
            cause = Message.of("cause_cells_seconds", seconds=f"{limits.cells_seconds:g}")
            plan.stop_before(index, cause, "limit cells_seconds")
        if plan.stopped(index):
            return None
        try:
            await pause_before(index, kernel, plan)
            if is_test(cell):
                freeze(run, kernel, task_of(cell))
            elif cell.cell_type == "code" and plan.runs(index):
                ran.append(index)
                await kernel.run(cell)
                note_unusual(run, kernel, index, limits)
        except KernelDied as death:
            return End(index, death.cause, ran, time.monotonic() - began)
    return None


async def pause_before(index: int, kernel: Kernel, plan: Plan) -> None:
    """Have the kernel do nothing where the search asks for it; raises KernelDied."""
    search = plan.search
    if search is not None and search.pauses_before(index):
        await kernel.rest(search.seconds)
        search.survived()
        plan.leave_out_found()


def freeze(run: Run, kernel: Kernel, task: str) -> None:
    """Take the snapshot for a task, if the kernel gives one; raises KernelDied."""
    try:
        run.snapshots[task] = kernel.snapshot()
    except OSError as error:
        if not kernel.alive:
            raise KernelDied(kernel.cause(None)) from error
        run.remarks.append(f"{task}: no copy of the kernel could be made: {error}")


def note_unusual(run: Run, kernel: Kernel, index: int, limits: Limits) -> None:
    """Remember for staff and student what was unusual about a cell that has just run."""
    if kernel.interrupts:
        seconds = f"{limits.cell_seconds:g}"
        run.interrupted[index] = Message.of("cause_interrupted", seconds=seconds)
        run.remarks.append(f"cell {index + 1} was interrupted: limit cell_seconds")
    if kernel.cut:
        run.remarks.append(f"cell {index + 1} showed more than limit outputs allows")
    if kernel.exited:
        run.remarks.append(f"cell {index + 1} called exit(): the cells behind it ran all the same")


def draw_conclusion(plan: Plan, end: End, ends: int, limits: Limits) -> None:
    """Plan the next run after the kernel has ended for the `ends`th time."""
    plan.cause = end.cause
    if not end.ran:
        raise GraderError(f"The kernel ended before a cell ran: {say(end.cause, 'en')}")
    if plan.stop is not None:
        plan.stop_before(0, end.cause, "the kernel ended again")
    elif end.cause.key == "cause_cell_seconds":  # the cell was running, and we ended it
        plan.leave_out(end.index, end.cause)
    elif plan.search is None:
        seconds = min(end.seconds, 2 * limits.cell_seconds) + 1
        plan.search = Bisection.of(end.ran, end.cause, seconds)
    elif end.index == plan.search.pause and end.index not in end.ran:
        plan.search.ended_in_pause()
    else:
        plan.search.ended_at(end.index)
    plan.leave_out_found()
    if len(plan.skipped) > limits.restarts or ends > 2 * limits.restarts + limits.probes:
        plan.stop_before(end.index, end.cause, "limit restarts")


def not_reached(plan: Plan, language: Language) -> Message:
    """Why a test cell has no snapshot."""
    cause = plan.cause or Message.of("cause_ended")
    return Message.of("kernel_died", cause=say(cause, language))


def obituary(cause: Message, language: Language) -> NotebookNode:
    """The output that tells the student why a cell was left out."""
    text = say(Message.of("cell_left_out", cause=say(cause, language)), language)
    return new_output("stream", name="stdout", text=f"{text}\n")
