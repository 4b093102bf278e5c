"""Start guests by copying a process that has already loaded what they need.

How it works: bubblewrap shows the preloaded process (`guest/preload`) the file system as a
sandbox does, and leaves it the right to make namespaces. It holds one end of a socket pair;
whoever has the other end, this process and all to which it is handed down, may ask for a
copy. A request is a socket, over which one message says what is wanted, with all
descriptors attached, and one message comes back with a pidfd of the new sandbox's first
process. The sandbox ends when that socket is closed. No two requests see each other, and
nothing that is asked for is read by the process that is copied (`guest/keeper`).

A process that does not answer once is never asked again: the first to wait in vain cuts the
channel for all.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from autograder.guest.keeper import REQUEST_BYTES, Order
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox.command import Command, Program, inner_command, nursery_command
from autograder.sandbox.process import Sandbox

ANSWER_SECONDS = 20.0  # for the first copy, which waits for the imports; others take 0.05
END_SECONDS = 10.0  # for a sandbox to be gone
LEAVE_SECONDS = 5.0  # for the preloaded process to end by itself


@contextlib.contextmanager
def open_nursery() -> Iterator[Nursery]:
    """Start a preloaded process; on leaving it is gone. Copies go on as long as who asked.

    It loads while this process goes on. Raises GraderError where bwrap is missing.
    """
    owner = os.getpid()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        with theirs:
            command = nursery_command(["preload", str(theirs.fileno())], Path(folder))
            process = subprocess.Popen(  # noqa: S603 -- the command is ours, no shell
                command.argv,
                env={},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(), *command.given),
            )
            command.close()
        try:
            yield Nursery(ours)
        finally:
            if os.getpid() == owner:  # a forked process may leave too, and ends it for nobody
                end(ours, process)


def end(channel: socket.socket, process: subprocess.Popen[bytes]) -> None:
    """End the preloaded process, which ends by itself where it can."""
    cut(channel)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(LEAVE_SECONDS)
    process.kill()
    process.wait()


def cut(channel: socket.socket) -> None:
    """End a channel for everybody who holds an end of it."""
    with contextlib.suppress(OSError):
        channel.shutdown(socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class Nursery:
    """A preloaded process, as it is asked for copies; the channel may be handed down."""

    channel: socket.socket

    def start(self, program: Program, limits: Limits, descriptor: int) -> Sandbox:
        """A sandbox with a copy in it that has `descriptor`, under the same number.

        Raises GraderError where there is none.
        """
        command = inner_command(program, limits)
        with contextlib.ExitStack() as failed:
            read, write = os.pipe()
            stderr = failed.enter_context(os.fdopen(read, "rb"))
            try:
                connection = failed.enter_context(self.request())
                connection.settimeout(min(ANSWER_SECONDS, limits.start_seconds))
                send_order(connection, command, program, descriptor, write)
            finally:
                os.close(write)
                command.close()
            init = self.receive(connection, stderr)
            failed.pop_all()
        return Sandbox(KeptSandbox(connection, init, stderr), root_of(init), init)

    def request(self) -> socket.socket:
        """The socket of a new request."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            try:
                socket.send_fds(self.channel, [b"\0"], [theirs.fileno()])
            except OSError as error:
                ours.close()
                raise GraderError(f"the preloaded process is gone: {error}") from error
        return ours

    def receive(self, connection: socket.socket, stderr: IO[bytes]) -> int:
        """The answer to a request: a pidfd of the sandbox's first process."""
        try:
            said, found, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 1)
        except TimeoutError as error:
            cut(self.channel)
            raise GraderError("the preloaded process does not answer") from error
        except OSError as error:
            raise GraderError("the preloaded process is gone") from error
        if not found:
            words = stderr.read().decode(errors="replace").strip()[-2000:]
            why = json.loads(said)["failed"] if said else "the preloaded process is gone"
            raise GraderError(f"{why}\n{words}".strip())
        return found[0]


def send_order(
    connection: socket.socket, command: Command, program: Program, control: int, errors: int
) -> None:
    """Say what is wanted, with all descriptors attached; raises GraderError.

    They have no numbers of their own on the other side: the message names them.
    """
    numbers = [control, errors, *command.given]
    order = Order(
        bwrap=command.argv,
        given=command.given,
        rules=command.rules,
        arguments=program.arguments,
        control=control,
        errors=errors,
    )
    content = json.dumps(asdict(order) | {"numbers": numbers}).encode()
    try:
        socket.send_fds(connection, [content], numbers)
    except OSError as error:
        raise GraderError(f"the preloaded process takes no request: {error}") from error


def root_of(init: int) -> str:
    """Where the grader finds the file system of the process with this pidfd."""
    with open(f"/proc/self/fdinfo/{init}", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return f"/proc/{int(fields['Pid'])}/root"


@dataclass(slots=True)
class KeptSandbox:
    """A sandbox that a keeper holds, as a process: it ends when its connection does."""

    connection: socket.socket
    init: int  # a pidfd, which is closed with the sandbox
    stderr: IO[bytes] | None
    pid: int = 0  # its keeper is no child of this process
    status: int | None = None  # 0 once it was waited for: nobody is told another

    def poll(self) -> int | None:
        """None while the sandbox stands."""
        if self.status is None:
            waiting = select.poll()
            waiting.register(self.init, select.POLLIN)
            return 0 if waiting.poll(0) else None
        return self.status

    def kill(self) -> None:
        """Have the keeper end the sandbox."""
        with contextlib.suppress(OSError):  # it has ended
            self.connection.shutdown(socket.SHUT_WR)

    def wait(self) -> int:
        """Wait until the keeper has ended what it held, and itself."""
        self.connection.settimeout(END_SECONDS)
        with contextlib.suppress(OSError):  # it was killed
            self.connection.recv(1)
        self.connection.close()
        self.status = 0
        return self.status
