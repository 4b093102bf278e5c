"""Frozen copies of a kernel, and the control socket by which the guest is asked to make them.

How it works: requests go to the guest's end of a socket pair, with the socket of what is
to be forked attached. A snapshot is a fork of the kernel that only forks: each test gets a
worker of it, a process that answers calls on a connection of its own.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from autograder.guest import wire
from autograder.model.messages import Message
from autograder.student.effort import Effort, effort_of

CONTROL_SECONDS = 10.0  # for the guest to fork: it takes milliseconds
MOST_PROCESSES = 1 << 22  # Linux gives no process a higher id

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Control:
    """The socket by which the guest is asked to fork. A reply repeats the request's number."""

    connection: socket.socket
    asked: int = 0

    def ask(self, request: dict[str, Any], handed: socket.socket | None = None) -> int:
        """Have a request carried out; the process that the guest forked for it, or 0.

        Raises OSError where nothing comes back in time. An answer that comes too late
        is recognised by its number, and passed over by the next request.
        """
        self.asked += 1
        content = json.dumps(request | {"number": self.asked}).encode()
        deadline = time.monotonic() + CONTROL_SECONDS
        self.connection.settimeout(CONTROL_SECONDS)
        socket.send_fds(self.connection, [content], [handed.fileno()] if handed else [])
        while (left := deadline - time.monotonic()) > 0:
            self.connection.settimeout(left)
            reply = read_reply(self.connection.recv(wire.CONTROL_BYTES))
            if reply.get("done") == self.asked:
                pid = reply.get("pid", 0)
                return pid if type(pid) is int and 0 <= pid < MOST_PROCESSES else 0
        raise TimeoutError("the guest does not answer")

    def fork(self, request: dict[str, Any]) -> tuple[int, socket.socket]:
        """Have a process forked; its id in the sandbox, and a socket to it. Raises OSError."""
        kind = socket.SOCK_SEQPACKET if "snapshot" in request else socket.SOCK_STREAM
        ours, theirs = socket.socketpair(socket.AF_UNIX, kind)
        with theirs, contextlib.ExitStack() as failed:
            failed.callback(ours.close)
            pid = self.ask(request, theirs)
            if not pid:
                raise ChildProcessError("the guest can't fork")
            failed.pop_all()
        return pid, ours


def read_reply(content: bytes) -> dict[str, Any]:
    """What the guest says; raises ConnectionError where it is gone, or says what no guest says."""
    if not content:
        raise ConnectionError("the guest is gone")
    try:
        reply = json.loads(content)
    except (ValueError, RecursionError):
        reply = None
    if not isinstance(reply, dict):
        raise ConnectionError("the guest says what no guest says")
    return reply


class Host(Protocol):
    """The kernel whose sandbox holds a snapshot (`kernel.Kernel`)."""

    @property
    def ending(self) -> Message | None:
        """Why the sandbox is gone or about to be, and all copies with it; None while it stands."""
        ...


@dataclass(slots=True)
class Snapshot:
    """A frozen copy of a kernel. A worker of it answers the calls of one test."""

    control: Control
    processes: Path  # the sandbox's /proc, as the grader sees it
    host: Host
    workers: int = 0
    silent: bool = False  # it once gave no answer: nobody waits for it again

    @property
    def ending(self) -> Message | None:
        """Why the whole sandbox is gone or about to be; None while it stands."""
        return self.host.ending

    def open(self) -> Worker:
        """Fork a worker; raises OSError where the snapshot no longer answers."""
        self.workers += 1
        pid, connection = self.patiently(lambda: self.control.fork({"open": self.workers}))
        answering = wire.Connection(connection, patient=True)
        return Worker(self, self.workers, answering, self.processes / str(pid))

    def end(self, worker: int) -> None:
        """End a worker; raises OSError where the snapshot no longer answers."""
        self.patiently(lambda: self.control.ask({"kill": worker}))

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """Ask, and never again where that once failed."""
        if self.silent:
            raise ConnectionError("the snapshot does not answer")
        try:
            return ask()
        except OSError:
            self.silent = True
            raise


@dataclass(frozen=True, slots=True)
class Worker:
    """A process that answers calls on `connection`."""

    snapshot: Snapshot
    number: int
    connection: wire.Connection
    process: Path  # its folder in /proc: which one it is, the sandbox says

    def effort(self) -> Effort:
        """What it has computed, and waited for a core."""
        return effort_of(self.process)

    def kill(self) -> None:
        """End the worker, whatever it is doing."""
        self.connection.close()
        with contextlib.suppress(OSError):
            self.snapshot.end(self.number)
