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
import socket
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import Empty

from jupyter_client.asynchronous.client import AsyncKernelClient
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from autograder.guest.wire import CONTROL_BYTES
from autograder.kernel.cell import Allowance, CellResult, CellRunner, Note, take_notes
from autograder.kernel.connection import SOCKET_PREFIX, connect, connection_info, guest_program
from autograder.kernel.process import Process
from autograder.kernel.warm import WarmKernels
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.model.messages import Message
from autograder.sandbox.nursery import Nursery
from autograder.sandbox.process import Sandbox, open_sandbox
from autograder.student.effort import Effort, effort_of
from autograder.student.snapshot import Control, Snapshot

CREDENTIALS = struct.Struct("3i")  # of the process that sent a message: its id, user and group
LISTEN_SECONDS = 4.0  # to wait for the `idle` status after a cell
DRAIN_SECONDS = 40.0  # to drain outputs after the output limit closed the cell


@contextlib.contextmanager
def launch_kernel(
    limits: Limits, *, warm: WarmKernels | None = None, unsandboxed: bool = False
) -> Iterator[Kernel]:
    """A kernel that is ready to run cells, in a sandbox unless told otherwise.

    With `warm` it is copied from a process that is loaded already, and started directly where
    that fails. Must be entered inside a running event loop. Raises GraderError where no
    kernel starts.
    """
    with contextlib.ExitStack() as stack:
        guest = None
        if warm is not None and not unsandboxed:
            try:
                guest = stack.enter_context(start_guest(limits, nursery=warm.nursery))
            except (GraderError, OSError) as error:
                warm.note(str(error))
        copied = guest is not None
        if guest is None:
            guest = stack.enter_context(start_guest(limits, unsandboxed=unsandboxed))
        kernel = Kernel(guest, limits, copied=copied)
        with kernel.sockets:
            yield kernel


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest that is ready: its sandbox, the kernel's process, and the ways to both."""

    sandbox: Sandbox
    process: Process
    control: Control
    client: AsyncKernelClient


@contextlib.contextmanager
def start_guest(
    limits: Limits, *, nursery: Nursery | None = None, unsandboxed: bool = False
) -> Iterator[Guest]:
    """Start the guest, and connect to it."""
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
                    descriptor=theirs.fileno(),
                    nursery=nursery,
                    unsandboxed=unsandboxed,
                )
            )
        process = wait_until_ready(control, sandbox, limits)
        stack.callback(os.close, process.descriptor)
        client = connect(connection, sandbox.outside(SOCKET_PREFIX), limits)
        stack.callback(client.context.destroy, linger=0)
        stack.callback(client.stop_channels)
        yield Guest(sandbox, process, Control(control), client)


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


class KernelDied(Exception):
    """The kernel ended, or said what no kernel says, while it ran a student's cell."""

    def __init__(self, cause: Message, notes: tuple[Note, ...] = ()) -> None:
        super().__init__(cause)
        self.cause = cause
        self.notes = notes  # that belong into the outputs of the cell


class Kernel:
    """A running kernel; `launch_kernel` makes one."""

    def __init__(self, guest: Guest, limits: Limits, *, copied: bool = False) -> None:
        self.sandbox = guest.sandbox
        self.process = guest.process
        self.control = guest.control
        self.client = guest.client
        self.limits = limits
        self.copied = copied  # from a preloaded process, or else started directly
        self.interrupts = 0
        self.allowance = Allowance(limits.all_output_bytes, limits.all_outputs)
        self.sockets = contextlib.ExitStack()  # of the snapshots, closed with the kernel

    async def run(self, cell: NotebookNode) -> CellResult:
        """Run a code cell and fill in its outputs, without the notes; raises KernelDied.

        An exception in the cell is one of its outputs. A cell that runs too long
        is interrupted, and the kernel killed if that does not help.
        """
        self.interrupts = 0
        runner = CellRunner(cell, self, self.allowance)
        try:
            await runner.async_execute_cell(cell, 0)
            if runner.closed:  # the rest of its outputs would count against the next cell
                await self.listen(DRAIN_SECONDS)
            elif cell.source.strip() and not runner.idle:
                await self.listen(LISTEN_SECONDS)
            runner.take_outputs(cell)
        except Exception as error:
            # whatever nbclient or we stumble over is a message that student code made
            raise KernelDied(self.cause(error), take_notes(cell)) from error
        notes = take_notes(cell)
        if not self.alive:
            raise KernelDied(self.cause(None), notes)
        return CellResult(notes, bool(self.interrupts), runner.closed, runner.exited)

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
