"""Be the student's kernel, and fork the frozen copies that answer the tests' calls.

How it works: the process starts an ordinary IPython kernel. A thread listens on
the control socket (an inherited descriptor). For `{"snapshot": null}` with a
socket attached it forks: the child is a snapshot, the student's functions as
they are at this point. For `{"open": id}` with a socket attached a snapshot
forks a worker, which answers calls on that socket until it is closed; for
`{"kill": id}` it ends one. A reply repeats the request's number and names the
process that was forked. Every test has a worker of its own, so that nothing a
call leaves behind reaches another test.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from autograder.guest import wire
from autograder.guest.answer import Namespace, answer
from autograder.guest.errors import TooLarge, WireError
from autograder.guest.standin import take_places


def main() -> None:
    """Start the kernel; the descriptor, the connection file and the settings are arguments."""
    descriptor, connection_file, words = sys.argv[1:4]
    settings = json.loads(words)
    restrict(settings["rlimits"])
    from ipykernel.kernelapp import IPKernelApp

    app: Any = IPKernelApp.instance()
    app.initialize(["-f", connection_file])
    app.shell.unobserve_all("exit_now")  # exit() ends its cell, and not the notebook's kernel
    sys.path.insert(0, "")  # a module that the notebook writes can be imported, as everywhere
    control = socket.socket(fileno=int(descriptor))
    threading.Thread(
        target=take_snapshots,
        args=(control, app.shell.user_ns, settings["reply_bytes"]),
        name="autograder",
        daemon=True,
    ).start()
    control.send(b'{"ready": true}')
    app.start()


def restrict(limits: dict[str, int]) -> None:
    """Hard limits, by name, of this process and all it starts; they can't be raised again."""
    for name, value in limits.items():
        kind = getattr(resource, name)
        highest = resource.getrlimit(kind)[1]
        if highest != resource.RLIM_INFINITY:
            value = min(value, highest)  # no limit of the machine's can be raised
        resource.setrlimit(kind, (value, value))


def take_snapshots(control: socket.socket, namespace: Namespace, limit: int) -> None:
    """Fork a snapshot whenever the grader asks for one, until it is gone."""
    with control:  # the grader hears at once where this ends
        for request, connection in requests(control):
            if connection is not None:
                work = partial(serve_snapshot, namespace, limit)
                handle_fork(control, request, connection, work)


def serve_snapshot(namespace: Namespace, limit: int, control: socket.socket) -> None:
    """Fork a worker for each test, and end the ones that hang."""
    silence()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is meant for the kernel alone
    workers: dict[int, int] = {}
    for request, connection in requests(control):
        if connection is not None:
            work = partial(serve_test, namespace, limit)
            workers[request["open"]] = handle_fork(control, request, connection, work)
        else:
            if pid := workers.pop(request.get("kill", 0), 0):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            reply(control, request)


def handle_fork(
    control: socket.socket,
    request: dict[str, Any],
    connection: socket.socket,
    work: Callable[[socket.socket], None],
) -> int:
    """Fork a process that does `work` with the connection; its id, or 0 where the fork failed."""
    try:
        pid = fork()
    except OSError:  # student code has used up the processes, or the machine has
        pid = 0
    else:
        if not pid:
            control.close()
            end_with(partial(work, connection))
    connection.close()
    reply(control, request, pid=pid)
    return pid


def requests(control: socket.socket) -> Iterator[tuple[dict[str, Any], socket.socket | None]]:
    """The grader's requests, each with the socket that came with it or None."""
    while True:
        content, descriptors, _, _ = socket.recv_fds(control, wire.CONTROL_BYTES, 1)
        if not content:
            return
        connection = socket.socket(fileno=descriptors[0]) if descriptors else None
        yield json.loads(content), connection


def reply(control: socket.socket, request: dict[str, Any], **found: int) -> None:
    """Say that a request was carried out."""
    control.send(json.dumps({"done": request["number"]} | found).encode())


def fork() -> int:
    """os.fork: only the asking thread goes on in the child, which is what we want."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def end_with(work: Callable[[], None]) -> None:
    """Do the work of a forked child, and never return to what it was forked from."""
    with contextlib.suppress(BaseException):
        work()
    os._exit(0)


def silence() -> None:
    """What functions print or show while they are tested goes nowhere."""
    nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 -- open until the process ends
    sys.stdout = sys.stderr = nowhere
    for descriptor in (0, 1, 2):
        os.dup2(nowhere.fileno(), descriptor)
    with contextlib.suppress(Exception):
        from IPython.core.displaypub import CapturingDisplayPublisher
        from IPython.core.interactiveshell import InteractiveShell

        InteractiveShell.instance().display_pub = CapturingDisplayPublisher()


def serve_test(namespace: Namespace, limit: int, connection: socket.socket) -> None:
    """Be the worker of one test."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in the kernel
    serve_calls(namespace, limit, connection)


def serve_calls(namespace: Namespace, limit: int, connection: socket.socket) -> None:
    """Answer calls until the grader closes the connection."""
    grader = wire.Connection(connection)
    report = partial(grader.send, {"going_on": True}, limit=limit)
    while True:
        request = grader.receive(limit=1 << 30)
        if "stand_in" in request:
            take_places(request, namespace, grader, limit)
            found = {"value": None}
        else:
            found = answer(request, namespace, report)
        try:
            grader.send(found, limit=limit)
        except TooLarge:
            grader.send({"too_large": True}, limit=limit)
        except WireError as error:
            grader.send({"unreadable": error.what}, limit=limit)
