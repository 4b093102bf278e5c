"""What the next run of a notebook leaves out, after its kernel has ended."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from autograder.kernel.bisection import Bisection
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.model.messages import Message, render


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
    places: Sequence[str]  # of the cells, for remarks
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
        self.remarks.append(f"{self.places[index]} ended the kernel: {render(cause, 'en')}")

    def look_at_clock(self, index: int, limits: Limits) -> None:
        """Run no cell from `index` on where the time of all cells is up."""
        if self.stop is None and time.monotonic() > self.deadline:
            cause = Message.of("cause_cells_seconds", seconds=f"{limits.cells_seconds:g}")
            self.stop_before(index, cause, "limit cells_seconds")

    def stop_before(self, index: int, cause: Message, remark: str) -> None:
        """Run no cell from `index` on."""
        self.stop, self.cause, self.search = index, cause, None
        self.remarks.append(f"the run stopped before {self.places[index]}: {remark}")

    def draw_conclusion(self, end: End, ends: int, limits: Limits) -> None:
        """Plan the next run after the kernel has ended for the `ends`th time.

        Raises GraderError where it ended before a cell ran.
        """
        self.cause = end.cause
        if not end.ran:
            raise GraderError(f"The kernel ended before a cell ran: {render(end.cause, 'en')}")
        if self.stop is not None:
            self.stop_before(0, end.cause, "the kernel ended again")
        elif end.cause.key == "cause_cell_seconds":  # the cell was running, and we ended it
            self.leave_out(end.index, end.cause)
        elif self.search is None:
            seconds = min(end.seconds, 2 * limits.cell_seconds) + 1
            self.search = Bisection.of(end.ran, end.cause, seconds)
        elif end.index == self.search.pause and end.index not in end.ran:
            self.search.ended_in_pause()
        else:
            self.search.ended_at(end.index)
        self.leave_out_found()
        if len(self.skipped) > limits.restarts or ends >= limits.kernel_runs:
            self.stop_before(end.index, end.cause, "limit restarts")
