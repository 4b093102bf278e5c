"""Start a Jupyter kernel in a sandbox, run cells in it, and freeze copies of it.

How it works: the guest inside the sandbox starts an ordinary IPython kernel and
binds its five sockets (Jupyter's `ipc` transport) before any student code runs.
nbclient runs the cells. A socket pair that the guest inherits carries the
requests for snapshots, and each snapshot gets a socket of its own, so no name
in a file system and no network stands between the tests and the functions.

Everything that a kernel sends may be forged by the student's code: messages are
bounded in size and number, and one that can't be understood ends the kernel.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import select
import signal
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path
from queue import Empty
from typing import Any, cast

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_output
from zmq.asyncio import Context

from autograder.guest.wire import CONTROL_BYTES
from autograder.model.cells import LINE_BYTES
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.model.messages import Language, Message, say
from autograder.sandbox.bwrap import SOCKETS
from autograder.sandbox.process import Program, Sandbox, open_sandbox
from autograder.student.effort import Effort, effort_of
from autograder.student.snapshot import Control, Snapshot

CREDENTIALS = struct.Struct("3i")  # of the process that sent a message: its id, user and group
LISTEN_SECONDS = 4.0  # for a kernel that is done to say so
DRAIN_SECONDS = 40.0  # for one that still sends what nobody wants any more
DAY_MS = 24 * 60 * 60 * 1000  # longer than any submission is graded
MOST_DELAYS = 6  # of a cell whose kernel gets no core
OVERHEAD = 300  # bytes of an output beside what it shows
CONNECTION_FILE = "/kit/connection.json"
SOCKET_PREFIX = f"{SOCKETS}/k"
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")


class KernelDied(Exception):
    """The kernel ended, or said what no kernel says, while it ran a student's cell."""

    def __init__(self, cause: Message) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Process:
    """The kernel's process: its number as the grader sees it, and a pidfd, which stays its own."""

    number: int
    descriptor: int

    @staticmethod
    def of(number: int) -> Process:
        """The process with this number; raises OSError where there is none."""
        return Process(number, os.pidfd_open(number))

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        waiting = select.poll()
        waiting.register(self.descriptor, select.POLLIN)
        return not waiting.poll(0)

    def kill(self) -> None:
        """End it alone."""
        signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)


class Kernel:
    """A running kernel; `launch_kernel` makes one."""

    def __init__(
        self,
        sandbox: Sandbox,
        process: Process,
        control: Control,
        client: AsyncKernelClient,
        limits: Limits,
        language: Language,
    ) -> None:
        self.language = language
        self.sandbox = sandbox
        self.process = process
        self.control = control
        self.client = client
        self.limits = limits
        self.interrupts = 0
        self.cut = False  # whether the last cell showed more than its limits allow
        self.exited = False  # whether the last cell called exit()
        self.bytes_left = limits.all_output_bytes  # that the cells may still show
        self.outputs_left = limits.all_outputs
        self.sockets = contextlib.ExitStack()  # of the snapshots, closed with the kernel

    async def run(self, cell: NotebookNode) -> None:
        """Run a code cell and fill in its outputs; raises KernelDied.

        An exception in the cell is one of its outputs. A cell that runs too long
        is interrupted, and the kernel killed if that does not help.
        """
        self.interrupts = 0
        runner = CellRunner(cell, self)
        try:
            await runner.async_execute_cell(cell, 0)
            if runner.closed:  # the rest of its outputs would count against the next cell
                await self.listen(DRAIN_SECONDS)
            elif cell.source.strip() and not runner.idle:
                await self.listen(LISTEN_SECONDS)
            cell.outputs = list(runner.bounded(join_streams(cell.outputs)))
            if type(cell.execution_count) is not int or cell.execution_count > 1 << 31:
                cell.execution_count = None  # whatever a message said
        except Exception as error:
            # whatever nbclient or we stumble over is a message that student code made
            raise KernelDied(self.cause(error)) from error
        if not self.alive:
            raise KernelDied(self.cause(None))
        self.cut, self.exited = runner.closed, runner.exited

    async def rest(self, seconds: float) -> None:
        """Do nothing for so long; raises KernelDied where the kernel ends meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not self.alive or self.sandbox.exceeded:
                raise KernelDied(self.cause(None))
            await asyncio.sleep(0.1)

    async def wait_for_outputs(self) -> None:
        """Wait until outputs reach us; raises GraderError where they never do.

        A kernel that has just started does not know yet that we listen, and the first
        messages of the first cell would be lost.
        """
        try:
            await self.listen(self.limits.start_seconds)
        except TimeoutError as error:
            raise GraderError("The kernel started, but its outputs do not arrive.") from error

    async def listen(self, seconds: float) -> None:
        """Read outputs until none are on their way; raises TimeoutError where that takes longer.

        A message above the limit closes their channel for good, while replies
        still come: every later cell would wait for outputs that can't arrive. The
        kernel drops messages while its queue is full, so it is asked more than once.
        """
        asked: set[str] = set()
        async with asyncio.timeout(seconds):
            while True:
                asked.add(self.client.kernel_info())
                with contextlib.suppress(Empty):
                    while True:
                        message = await self.client.get_iopub_msg(timeout=0.5)
                        if message["parent_header"].get("msg_id") in asked:
                            return

    def snapshot(self) -> Snapshot:
        """Freeze a copy of the kernel as it is now; raises OSError if it does not answer."""
        _, ours = self.control.fork({"snapshot": None})
        self.sockets.enter_context(ours)
        return Snapshot(Control(ours), self.sandbox.processes, self)

    @property
    def alive(self) -> bool:
        """Whether the kernel runs; its copies may outlive it."""
        return self.process.alive

    @property
    def effort(self) -> Effort:
        """What the kernel has computed, and waited for a core."""
        return effort_of(Path("/proc", str(self.process.number)))

    @property
    def ending(self) -> Message | None:
        """Why the sandbox is gone or about to be, and all copies with it; None while it stands."""
        gone = bool(self.sandbox.exceeded) or not self.sandbox.alive
        return self.cause(None) if gone else None

    def cause(self, error: Exception | None) -> Message:
        """Why the kernel is gone."""
        if self.sandbox.exceeded == "memory_bytes":
            return Message.of("cause_memory", mib=f"{self.limits.memory_bytes / MIB:g}")
        if self.sandbox.exceeded == "processes":
            return Message.of("cause_processes", processes=str(self.limits.processes))
        if self.interrupts:
            return Message.of("cause_cell_seconds", seconds=f"{self.limits.cell_seconds:g}")
        if error is None or isinstance(error, DeadKernelError):
            return Message.of("cause_ended")
        return Message.of("cause_message")

    # nbclient's view of a kernel manager

    async def interrupt_kernel(self) -> None:
        """Called by nbclient when a cell's time is up: once it asks, then it kills."""
        self.interrupts += 1
        if self.interrupts > 1:
            self.process.kill()
            return
        message = self.client.session.msg("interrupt_request", {})
        self.client.control_channel.send(message)


class CellRunner(NotebookClient):
    """nbclient for one cell, with bounds on what the cell may show."""

    def __init__(self, cell: NotebookNode, kernel: Kernel) -> None:
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
        self.room = min(self.limits.output_bytes, kernel.bytes_left)
        self.most = min(self.limits.outputs, kernel.outputs_left)
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
        """Take no more, and say so."""
        self.closed = True
        limits = self.limits
        if self.room < limits.output_bytes or self.most < limits.outputs:
            gaps = {"outputs": str(limits.all_outputs), "bytes": str(limits.all_output_bytes)}
            message = Message("output_cut_all", gaps)
        else:
            gaps = {"outputs": str(limits.outputs), "bytes": str(limits.output_bytes)}
            message = Message("output_cut", gaps)
        text = say(message, self.kernel.language)
        return new_output("stream", name="stdout", text=f"\n{text}\n")

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
        self.kernel.bytes_left = max(0, self.kernel.bytes_left - used - LINE_BYTES * lines)
        self.kernel.outputs_left -= min(self.shown, self.most)


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
            if parts := [output.text for output in printed if output.name == name]:
                yield new_output("stream", name=name, text=as_written("".join(parts)))


def as_written(text: str) -> str:
    """What a terminal shows of a text whose lines were written over."""
    lines = text.replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


@contextlib.contextmanager
def launch_kernel(
    limits: Limits, *, language: Language = "de", unsandboxed: bool = False
) -> Iterator[Kernel]:
    """A kernel that is ready to run cells, in a sandbox unless told otherwise.

    Must be entered inside a running event loop. Raises GraderError where no
    kernel starts.
    """
    control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
    connection = connection_info()
    rlimits = limits.rlimits(sandboxed=not unsandboxed)
    settings = json.dumps({"rlimits": rlimits, "reply_bytes": limits.reply_bytes})
    with control, contextlib.ExitStack() as stack:
        with theirs:
            sandbox = stack.enter_context(
                open_sandbox(
                    partial(guest_program, theirs.fileno(), connection, settings),
                    limits=limits,
                    descriptors=(theirs.fileno(),),
                    unsandboxed=unsandboxed,
                )
            )
        process = wait_until_ready(control, sandbox, limits)
        stack.callback(os.close, process.descriptor)
        client = connect(connection, sandbox.outside(SOCKET_PREFIX), limits)
        stack.callback(client.context.destroy, linger=0)
        stack.callback(client.stop_channels)
        kernel = Kernel(sandbox, process, Control(control), client, limits, language)
        with kernel.sockets:
            yield kernel


def connection_info() -> dict[str, Any]:
    """A connection file's content; `ip` is added where it is read: how its sockets' paths begin."""
    ports = {f"{name}_port": number for number, name in enumerate(CHANNELS, start=1)}
    return ports | {
        "transport": "ipc",
        "key": secrets.token_hex(16),
        "signature_scheme": "hmac-sha256",
    }


def guest_program(control: int, connection: dict[str, Any], settings: str, root: str) -> Program:
    """The arguments of `guest.kernel.main`, and the connection file that they name."""
    content = json.dumps(connection | {"ip": root + SOCKET_PREFIX})
    arguments = [str(control), root + CONNECTION_FILE, settings]
    return Program(arguments, {CONNECTION_FILE: content.encode()})


def wait_until_ready(control: socket.socket, sandbox: Sandbox, limits: Limits) -> Process:
    """Wait for the guest's word that its sockets are bound; the kernel's process.

    Linux itself tells which process said so, and by the number that it has outside.
    """
    control.settimeout(limits.start_seconds)
    try:
        said, sender, _, _ = control.recvmsg(CONTROL_BYTES, socket.CMSG_SPACE(CREDENTIALS.size))
        if said:
            return Process.of(CREDENTIALS.unpack(sender[0][2])[0])
        cause = "it ended at once"
    except TimeoutError:
        cause = f"it was not ready after {limits.start_seconds:g} seconds"
    sandbox.end()
    said = sandbox.process.stderr.read() if sandbox.process.stderr else b""
    words = said.decode(errors="replace").strip()[-2000:]
    raise GraderError(f"The kernel did not start: {cause}.\n{words}")


def connect(connection: dict[str, Any], sockets: str, limits: Limits) -> AsyncKernelClient:
    """Connect all channels, once: a socket that the student puts in its place is never used.

    `sockets` is how the paths of the kernel's sockets begin.
    """
    context = Context()
    context.setsockopt(zmq.MAXMSGSIZE, limits.message_bytes)
    # -1 would say never, but then libzmq drops a lost connection in the middle of a message
    # that is being read, and ends this whole process for it
    context.setsockopt(zmq.RECONNECT_IVL, DAY_MS)
    context.setsockopt(zmq.LINGER, 0)
    context.setsockopt(zmq.RCVHWM, 8)  # messages that nobody reads would pile up in our memory
    client = AsyncKernelClient(context=context)
    client.load_connection_info(cast(Any, connection | {"ip": sockets}))
    client.start_channels(hb=False)
    client.allow_stdin = False
    return client
