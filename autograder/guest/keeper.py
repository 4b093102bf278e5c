"""Make a sandbox, put a copy of the preloaded process into it, and end it in time.

How it works: a keeper is a fork of the preloaded process, one for each kernel. It has
bubblewrap make the sandbox round a process that only waits, joins that process's
namespaces with a child, and forks the sandbox's second process from this child: the kernel
is the third, as in a sandbox that starts it directly. The keeper itself stays outside. It
tells the grader when the copy is held to its sandbox, and ends the sandbox when the grader
lets its socket go, or is gone. Like bubblewrap it ends with the grader and not with the
preloaded process.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import select
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograder.guest import namespaces

REQUEST_BYTES = 1 << 16
MOST_DESCRIPTORS = 200  # of a request; Linux passes on 253 at once
CONFINED = b"confined"  # what a copy says that is held to its sandbox
CREDENTIALS = struct.Struct("3i")  # SO_PEERCRED: a process, its user and group
# The sandbox's first process. Its line says that all mounts are made. It inherits every orphan,
# and Linux reaps these for it, since it ignores their ends. Nothing inside can end it.
WAITER = ("sh", "-c", "echo; exec env --ignore-signal=CHLD sleep infinity >/dev/null")


@dataclass(frozen=True, slots=True)
class Order:
    """What a grader asks for: numbers are those of descriptors that come with it."""

    bwrap: list[str]  # its path and arguments, up to the command
    given: list[int]  # that bwrap reads
    rules: int | None  # the one of these with the filter of system calls
    arguments: list[str]  # of the guest
    control: int  # the one that the guest keeps
    errors: int  # standard error


@dataclass(frozen=True, slots=True)
class Waiting:
    """The first process of a sandbox, which only waits: its number, and a pidfd."""

    number: int
    init: int


def keep(connection: socket.socket) -> None:
    """Carry out the request that comes on the connection; comes back inside the sandbox."""
    order, connection = take_order(connection)
    os.dup2(order.errors, 2)
    os.close(order.errors)
    rules = None if order.rules is None else os.pread(order.rules, 1 << 20, 0)
    try:
        sandbox = make_sandbox(order)
    except (OSError, ValueError) as error:
        answer(connection, {"failed": str(error)})
        os._exit(1)
    # Linux keeps a sandbox's namespace until somebody has reaped all who joined it
    namespaces.adopt_orphans()
    read, write = os.pipe()
    joiner = os.fork()
    if not joiner:
        connection.close()
        os.close(read)
        if enter(order, rules, sandbox, write):
            return
        os._exit(0)
    os.close(write)
    os.close(order.control)
    os.waitpid(joiner, 0)
    said = os.read(read, REQUEST_BYTES)
    if said == CONFINED:
        answer(connection, {}, sandbox.init)
        wait_for_end(connection, sandbox.init)
    else:
        answer(connection, {"failed": said.decode(errors="replace") or "it ended at once"})
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(sandbox.init, signal.SIGKILL)
    reap_all()
    os._exit(0)


def answer(connection: socket.socket, said: dict[str, str], *descriptors: int) -> None:
    """Answer the grader; where it is gone, `wait_for_end` sees that as well."""
    with contextlib.suppress(OSError):
        socket.send_fds(connection, [json.dumps(said).encode()], descriptors)


def take_order(connection: socket.socket) -> tuple[Order, socket.socket]:
    """The request, its descriptors under the numbers that it names, and its connection."""
    content, found, _, _ = socket.recv_fds(connection, REQUEST_BYTES, MOST_DESCRIPTORS)
    if not content:
        os._exit(0)
    said: dict[str, Any] = json.loads(content)
    numbers: list[int] = said.pop("numbers")
    above = max(numbers) + 1
    aside = fcntl.fcntl(connection.fileno(), fcntl.F_DUPFD_CLOEXEC, above)
    connection.close()
    place(found, numbers, above)
    return Order(**said), socket.socket(fileno=aside)


def place(found: Sequence[int], numbers: Sequence[int], above: int) -> None:
    """Give each descriptor its number; those from `above` on are free."""
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, above) for descriptor in found]
    for descriptor in found:
        os.close(descriptor)
    for descriptor, number in zip(moved, numbers, strict=True):
        os.dup2(descriptor, number, inheritable=False)
        os.close(descriptor)


def make_sandbox(order: Order) -> Waiting:
    """Have bwrap make the sandbox; raises OSError or ValueError where it makes none."""
    ready, waiter = os.pipe()
    info, told = os.pipe()
    for descriptor in (told, *order.given):
        os.set_inheritable(descriptor, True)
    argv = [order.bwrap[0], "--as-pid-1", "--info-fd", str(told), *order.bwrap[1:], "--", *WAITER]
    bwrap = os.posix_spawn(argv[0], argv, {}, file_actions=[(os.POSIX_SPAWN_DUP2, waiter, 1)])
    for descriptor in (waiter, told, *order.given):
        os.close(descriptor)
    try:
        if not os.read(ready, 1):
            raise OSError("bubblewrap made no sandbox")
        with os.fdopen(info, "rb") as stream:
            process: int = json.loads(stream.read())["child-pid"]
        os.close(ready)
        return Waiting(process, os.pidfd_open(process))
    except BaseException:
        os.kill(bwrap, signal.SIGKILL)
        os.waitpid(bwrap, 0)
        raise


def enter(order: Order, rules: bytes | None, sandbox: Waiting, write: int) -> bool:
    """Join the sandbox with this process; whether this is the copy that runs inside."""
    try:
        namespaces.join(sandbox.number, sandbox.init)
        if os.fork():
            return False
        namespaces.confine(rules)
        sys.argv[1:] = order.arguments
        kept = sorted((order.control, write))
        for low, high in zip((2, *kept), (*kept, 1 << 20)):
            os.closerange(low + 1, high)
        os.write(write, CONFINED)
        os.close(write)
    except BaseException as error:
        os.write(write, f"{type(error).__name__}: {error}".encode())
        os._exit(1)
    return True


def reap_all() -> None:
    """Wait until bwrap, and all that is left of its sandbox, is gone."""
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()


def wait_for_end(connection: socket.socket, init: int) -> None:
    """Wait until the grader lets the connection go, or ends, or the sandbox does."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    waiting.register(init, select.POLLIN)
    asked = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    grader = CREDENTIALS.unpack(asked)[0]
    with contextlib.suppress(OSError):  # its number is not known here: the connection tells
        waiting.register(os.pidfd_open(grader), select.POLLIN)
    waiting.poll()
