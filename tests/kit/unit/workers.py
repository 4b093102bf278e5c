"""Workers of three kinds, which answer a Student's calls."""

from __future__ import annotations

import contextlib
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.guest import kernel as guest
from autograder.guest import wire
from autograder.model.errors import (
    StudentError,
)
from autograder.model.limits import Limits
from autograder.model.messages import Message, render
from autograder.student.effort import Effort, effort_of
from autograder.student.proxy import Student
from autograder.student.transport import WorkerTransport

LIMITS = replace(Limits(), call_seconds=20.0, calls_seconds=60.0, reply_bytes=20_000)
HASTY = replace(LIMITS, call_seconds=0.2)


class Idle:
    """A worker whose process has computed nothing and waited for nothing."""

    def effort(self) -> Effort:
        return Effort()


class InThread(Idle):
    """The guest's own loop in a thread of ours: for functions that neither hang nor crash."""

    def __init__(self, namespace: dict[str, Any], limit: int) -> None:
        ours, self.theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        self.thread = threading.Thread(target=self.serve, args=(namespace, limit))
        self.thread.start()

    def serve(self, namespace: dict[str, Any], limit: int) -> None:
        with contextlib.suppress(EOFError), self.theirs:
            guest.serve_calls(namespace, limit, self.theirs)

    def kill(self) -> None:
        self.connection.close()
        self.thread.join()


class InOtherProcess:
    """The guest's own loop in a process of its own."""

    CODE = """
import socket, sys
from autograder.guest import kernel as guest
namespace = {}
exec(sys.argv[2], namespace)
with socket.socket(fileno=int(sys.argv[1])) as connection:
    guest.end_with(lambda: guest.serve_calls(namespace, 20_000, connection))
"""

    def __init__(self, code: str) -> None:
        ours, theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        with theirs:
            number = theirs.fileno()
            arguments = [sys.executable, "-c", self.CODE, str(number), code]
            self.process = subprocess.Popen(arguments, pass_fds=[number])

    def effort(self) -> Effort:
        return effort_of(Path("/proc", str(self.process.pid)))

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait(timeout=20)


class Forged(Idle):
    """A worker that has written its bytes before anything is asked."""

    def __init__(self, content: bytes, *, closed: bool) -> None:
        ours, self.theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        self.theirs.sendall(content)
        if closed:
            self.theirs.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        self.connection.close()
        self.theirs.close()


class Opening:
    """A snapshot: counts its workers, and knows those that nobody ended."""

    ending = None

    def __init__(self, start: Callable[[], Any]) -> None:
        self.start = start
        self.workers: list[Any] = []

    def open(self) -> Any:
        self.workers.append(self.start())
        return self.workers[-1]


def frame(data: object) -> bytes:
    content = wire.to_bytes(data)
    return struct.pack(">I", len(content)) + content


def reply(value: object, *arguments: object) -> dict[str, object]:
    return {
        "value": wire.pack(value),
        "arguments": wire.pack(list(arguments)),
        "named": wire.pack({}),
    }


def transport_of(student: Student) -> WorkerTransport:
    transport = student._caller.transport
    assert isinstance(transport, WorkerTransport)
    return transport


def workers(student: Student) -> list[Any]:
    transport = transport_of(student)
    assert isinstance(transport.snapshot, Opening)
    return transport.snapshot.workers


def key(error: pytest.ExceptionInfo[StudentError]) -> str:
    found = error.value.found
    assert isinstance(found, Message)
    assert render(found, "de")
    return found.key
