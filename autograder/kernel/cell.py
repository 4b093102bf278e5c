"""Run one cell of a notebook, and take in what it shows within bounds.

How it works: nbclient runs the cell; every output is counted before it is kept. The sentences
that a student reads in an output are not written here: a `Note` says where they belong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output

from autograder.model.cells import LINE_BYTES
from autograder.model.limits import Limits
from autograder.model.messages import Message
from autograder.student.effort import Effort

MOST_DELAYS = 6  # of a cell whose kernel gets no core
OVERHEAD = 300  # bytes of an output beside what it shows


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for the student, to be added to the text of a cell's output number `at`."""

    at: int
    message: Message


@dataclass(frozen=True, slots=True)
class CellResult:
    """What was unusual about a cell that has run."""

    notes: tuple[Note, ...] = ()
    interrupted: bool = False
    cut: bool = False  # whether it showed more than its limits allow
    exited: bool = False  # whether it called exit(), which asks for the kernel's end


@dataclass(slots=True)
class Allowance:
    """What the cells of a notebook may still show together."""

    bytes_left: int
    outputs_left: int

    def spend(self, size: int, outputs: int) -> None:
        """Count what a cell has shown, `size` bytes in so many outputs."""
        self.bytes_left = max(0, self.bytes_left - size)
        self.outputs_left -= outputs


class Host(Protocol):
    """The kernel that runs a cell (`kernel.Kernel`)."""

    client: AsyncKernelClient
    limits: Limits

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        ...

    @property
    def effort(self) -> Effort:
        """What it has computed, and waited for a core."""
        ...

    async def interrupt_kernel(self) -> None:
        """Called by nbclient when a cell's time is up."""
        ...


class CellRunner(NotebookClient):
    """nbclient for one cell, with bounds on what the cell may show."""

    def __init__(self, cell: NotebookNode, kernel: Host, allowance: Allowance) -> None:
        notebook = NotebookNode(cells=[cell], metadata={}, nbformat=4, nbformat_minor=5)
        super().__init__(
            notebook,
            timeout=kernel.limits.cell_seconds,
            interrupt_on_timeout=True,
            allow_errors=True,
            coalesce_streams=False,  # it takes quadratic time for a megabyte of backspaces
            store_widget_state=False,
            record_timing=False,
        )
        self.kernel = kernel
        self.km = cast(Any, kernel)  # it interrupts; all else nbclient asks of self.kc
        self.kc = kernel.client
        self.skip_cells_with_tag = ""
        self.limits = kernel.limits
        self.allowance = allowance
        self.room = min(self.limits.output_bytes, allowance.bytes_left)
        self.most = min(self.limits.outputs, allowance.outputs_left)
        self.left = self.room
        self.shown = 0
        self.closed = False
        self.idle = False  # whether the kernel said that it is done with the cell
        self.exited = False  # whether the cell called exit(), which asks for the kernel's end
        self.on_cell_executed = self.note_exit
        self.effort = kernel.effort  # of the kernel when its time began
        self.delays = 0

    def note_exit(self, execute_reply: dict[str, Any], **_: object) -> None:
        """Read from the kernel's reply whether the cell called exit() or quit()."""
        payload = execute_reply["content"].get("payload", [])
        self.exited = any(item.get("source") == "ask_exit" for item in payload)

    async def _async_handle_timeout(self, timeout: int, cell: NotebookNode | None = None) -> Any:
        """Interrupt the cell, unless its kernel spent the time waiting for a core."""
        before, self.effort = self.effort, self.kernel.effort
        if self.delays < MOST_DELAYS and self.effort.waited - before.waited > timeout / 2:
            self.delays += 1
            return None
        return await super()._async_handle_timeout(timeout, cell)

    async def _async_check_alive(self) -> None:
        if not self.kernel.alive:
            raise DeadKernelError("Kernel died")

    def process_message(
        self, msg: dict[str, Any], cell: NotebookNode, cell_index: int
    ) -> NotebookNode | None:
        """Take a message in, unless it is a widget's or the cell has shown enough."""
        if msg["msg_type"].startswith("comm"):
            return None
        if msg["msg_type"] == "status":
            self.idle = msg["content"]["execution_state"] == "idle"
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error"):
            self.shown += 1
            self.left -= len(json.dumps(msg["content"], default=str))
            if self.closed or self.shown > self.most or self.left < 0:
                if not self.closed:
                    cell.outputs.append(self.close_outputs())
                return None
        return super().process_message(msg, cell, cell_index)

    def close_outputs(self) -> NotebookNode:
        """Take no more; an output with the key `note`, for the sentence that says so."""
        self.closed = True
        limits = self.limits
        if self.room < limits.output_bytes or self.most < limits.outputs:
            gaps = {"outputs": str(limits.all_outputs), "bytes": str(limits.all_output_bytes)}
            message = Message.of("output_cut_all", **gaps)
        else:
            gaps = {"outputs": str(limits.outputs), "bytes": str(limits.output_bytes)}
            message = Message.of("output_cut", **gaps)
        return room_for(message, text="\n")

    def take_outputs(self, cell: NotebookNode) -> None:
        """Join what the cell showed, within its bounds."""
        cell.outputs = list(self.bounded(join_streams(cell.outputs)))
        if type(cell.execution_count) is not int or cell.execution_count > 1 << 31:
            cell.execution_count = None  # whatever a message said

    def bounded(self, outputs: Iterator[NotebookNode]) -> Iterator[NotebookNode]:
        """What the cell showed, counted for the notebook: an update may make displays grow."""
        used = lines = 0
        for output in outputs:
            written = json.dumps(output, default=str)
            used += len(written)
            lines += written.count("\\n") + written.count('", "')
            if used > self.room + OVERHEAD * (self.shown + 1):
                yield self.close_outputs()
                break
            yield output
        self.allowance.spend(used + LINE_BYTES * lines, min(self.shown, self.most))


def add_note(cell: NotebookNode, message: Message) -> Note:
    """Make room for a sentence behind all outputs of a cell."""
    cell.outputs.append(new_output("stream", name="stdout", text=""))
    return Note(len(cell.outputs) - 1, message)


def take_notes(cell: NotebookNode) -> tuple[Note, ...]:
    """The notes that belong into a cell's outputs, taken out of them."""
    taken = ((at, output.pop("note", None)) for at, output in enumerate(cell.outputs))
    return tuple(Note(at, message) for at, message in taken if message is not None)


def room_for(message: Message, *, text: str) -> NotebookNode:
    """An output that says `text`; `take_notes` finds the message that is to follow it."""
    output = new_output("stream", name="stdout", text=text)
    output["note"] = message
    return output


def join_streams(outputs: list[NotebookNode]) -> Iterator[NotebookNode]:
    """The outputs, with what was printed in one go in one piece, and lines as last written.

    Standard output comes before the error stream: which of them the kernel sends first hangs on
    the clock, and the same submission has the same outputs.
    """
    for kind, group in groupby(outputs, key=lambda output: output.output_type):
        if kind != "stream":
            yield from group
            continue
        printed = list(group)
        for name in ("stdout", "stderr"):
            if parts := [output for output in printed if output.name == name]:
                text = as_written("".join(part.text for part in parts))
                joined = new_output("stream", name=name, text=text)
                for part in parts:
                    if "note" in part:
                        joined["note"] = part["note"]
                yield joined


def as_written(text: str) -> str:
    """What a terminal shows of a text whose lines were written over."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
