"""Run the cells of a notebook in a sandboxed kernel, and freeze it at each test cell.

How it works: the cells run in order; a test cell does not run, the kernel is
copied there instead. A cell that ends the kernel is left out and the others run
again in a new one, so that it costs no function but those that need it. After
too many such cells, or when the time is up, the run stops: the functions that
were frozen until then are graded, the others are told why not.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.kernel import Kernel, KernelDied, Snapshot, launch_kernel
from autograder.limits import Limits
from autograder.notebook import is_test, task_of
from autograder.texts import Language, Message, say

SHARED = ("cause_memory", "cause_processes")  # limits that all cells of a notebook share


@dataclass(slots=True)
class Run:
    """An executed notebook: a snapshot for each task, or why there is none."""

    notebook: NotebookNode
    snapshots: dict[str, Snapshot | Message] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)  # for staff
    kernel: Kernel | None = None  # that the snapshots were forked from

    @property
    def lost(self) -> Message | None:
        """Why all snapshots are gone, or None while they answer."""
        return self.kernel.ending if self.kernel is not None else None


@dataclass(slots=True)
class Plan:
    """What is left out, and why: single cells, and everything from `stop` on."""

    deadline: float
    skipped: dict[int, Message] = field(default_factory=dict)  # index of a cell: cause
    stop: int | None = None
    cause: Message | None = None

    def runs(self, index: int) -> bool:
        """Whether the cell at `index` is to run."""
        return index not in self.skipped and not self.stopped(index)

    def stopped(self, index: int) -> bool:
        """Whether the run ends before `index`."""
        return self.stop is not None and index >= self.stop


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
    for left in reversed(range(limits.restarts + 1)):
        with contextlib.ExitStack() as attempt:
            kernel = attempt.enter_context(
                launch_kernel(limits, language=language, unsandboxed=unsandboxed)
            )
            died_at = await run_cells(run, kernel, plan, limits)
            if died_at is None:
                run.kernel = kernel
                stack.push(attempt.pop_all())
                break
        run.snapshots.clear()
        if left <= 1:
            plan.stop = died_at
    for cell in filter(is_test, run.notebook.cells):
        run.snapshots.setdefault(task_of(cell), not_reached(plan, language))
    for index, cause in plan.skipped.items():
        run.notebook.cells[index].outputs.append(obituary(cause, language))


async def run_cells(run: Run, kernel: Kernel, plan: Plan, limits: Limits) -> int | None:
    """Run what is planned; the index of the cell that ended the kernel, or None."""
    await kernel.wait_for_outputs()
    left_out = len(plan.skipped)
    for index, cell in enumerate(run.notebook.cells):
        if plan.stop is None and time.monotonic() > plan.deadline:
            plan.stop = index
            plan.cause = Message.of("cause_cells_seconds", seconds=f"{limits.cells_seconds:g}")
            run.remarks.append(f"the run stopped before cell {index + 1}: limit cells_seconds")
        if is_test(cell) and not plan.stopped(index):
            with contextlib.suppress(OSError):
                run.snapshots[task_of(cell)] = kernel.snapshot()
        elif cell.cell_type == "code" and plan.runs(index):
            try:
                await kernel.run(cell)
                if kernel.interrupts:
                    note_interrupt(run, plan, index, limits)
                if kernel.cut:
                    run.remarks.append(f"cell {index + 1} showed more than limit outputs allows")
            except KernelDied as death:
                plan.cause = death.cause
                # what a cell left behind that was interrupted may have reached the limit by now
                if death.cause.key not in SHARED or len(plan.skipped) == left_out:
                    plan.skipped[index] = death.cause
                run.remarks.append(f"cell {index + 1} ended the kernel: {say(death.cause, 'en')}")
                return index
    return None


def note_interrupt(run: Run, plan: Plan, index: int, limits: Limits) -> None:
    """Remember a cell that ran too long: should the notebook run again, it is left out."""
    seconds = f"{limits.cell_seconds:g}"
    plan.skipped[index] = Message.of("cause_interrupted", seconds=seconds)
    run.remarks.append(f"cell {index + 1} was interrupted: limit cell_seconds")


def not_reached(plan: Plan, language: Language) -> Message:
    """Why a test cell has no snapshot."""
    cause = plan.cause or Message.of("cause_ended")
    return Message.of("kernel_died", cause=say(cause, language))


def obituary(cause: Message, language: Language) -> NotebookNode:
    """The output that tells the student why a cell was left out."""
    text = say(Message.of("cell_left_out", cause=say(cause, language)), language)
    return new_output("stream", name="stdout", text=f"{text}\n")
