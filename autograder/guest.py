"""Be the student's kernel, and answer the tests' calls from frozen copies of it.

This runs beside student code. It holds no secret and decides nothing: whatever it
says is taken as the student's word.

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

import builtins
import contextlib
import json
import os
import random
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np

from autograder import wire

LONGEST_TEXT = 300  # characters of an exception's message
CONTROL_BYTES = 4096
REPORT_SECONDS = 0.5  # between two words of a repeated call that goes on
BUILT_IN = frozenset(kind for kind in vars(builtins).values() if isinstance(kind, type))

Namespace = dict[str, Any]


def main() -> None:
    """Start the kernel; the descriptor, the connection file and the limits are arguments."""
    descriptor, connection_file, limits = sys.argv[1:4]
    settings = json.loads(limits)
    restrict(settings)
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


def restrict(settings: dict[str, int]) -> None:
    """Hard limits of this process and all it starts; they can't be raised again."""
    memory = settings["memory_bytes"]
    most = {
        resource.RLIMIT_AS: 2 * memory,  # address space, not RAM
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: settings["file_bytes"],
        resource.RLIMIT_CORE: 0,
        # kernel memory that belongs to no process; a kernel has 64 descriptors open
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if settings["sandboxed"]:  # outside a sandbox they would count the user's other processes
        # threads count as well, and a kernel has about ten
        most[resource.RLIMIT_NPROC] = 8 * settings["processes"]
        most[resource.RLIMIT_SIGPENDING] = 1024
    for kind, value in most.items():
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
    """Fork a process that does `work` with the connection; its id, or 0 where there is none."""
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
        content, descriptors, _, _ = socket.recv_fds(control, CONTROL_BYTES, 1)
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
    report = partial(wire.send, connection, {"going_on": True}, limit=limit)
    while True:
        request = wire.receive(connection, limit=1 << 30)
        found = answer(request, namespace, report)
        try:
            wire.send(connection, found, limit=limit)
        except wire.TooLarge:
            wire.send(connection, {"too_large": True}, limit=limit)
        except wire.WireError as error:
            wire.send(connection, {"unreadable": error.what}, limit=limit)


def answer(
    request: dict[str, Any], namespace: Namespace, report: Callable[[], None] = lambda: None
) -> dict[str, Any]:
    """The reply to one request: what a variable holds, or what a call came to.

    `report` is called now and then between the calls of a repeated one.
    """
    name = request.get("variable") or request["call"]
    if name not in namespace:
        return {"missing": True}
    if "variable" in request:
        return say_value(namespace[name])
    if not callable(namespace[name]):
        return {"not_callable": type(namespace[name]).__name__}
    return call(namespace[name], request, report)


def call(
    function: Callable[..., Any], request: dict[str, Any], report: Callable[[], None]
) -> dict[str, Any]:
    """Call the student's function as often as asked; generators keep their state between."""
    arguments = wire.unpack(request["arguments"])
    named = wire.unpack(request["named"])
    take_forms(arguments, named, request.get("forms", {}))
    times = request.get("repeat")
    try:
        if request.get("each"):
            value = [function(*one) for one in reported(in_turn(arguments), report)]
        elif times is None:
            value = function(*arguments, **named)
        else:
            value = [function(*arguments, **named) for _ in reported(range(times), report)]
    except BaseException as error:
        found = {"raised": describe(error)}
    else:
        found = say_value(value)
    return found | say_arguments(arguments, named)


def reported(calls: Iterable[Any], report: Callable[[], None]) -> Iterator[Any]:
    """One call after the other; each has the time of one, so the grader hears that they go on."""
    heard = time.monotonic()
    for call in calls:
        yield call
        if time.monotonic() - heard > REPORT_SECONDS:
            report()
            heard = time.monotonic()


def take_forms(arguments: list[Any], named: dict[str, Any], forms: dict[str, str]) -> None:
    """Give arguments the forms that the wire has no word for, by their places and names."""
    for key, form in forms.items():
        if key in named:
            named[key] = formed(named[key], form)
        else:
            arguments[int(key)] = formed(arguments[int(key)], form)


def formed(value: Any, form: str) -> Any:
    """A view of an array that is strided or read-only, or a number of NumPy's."""
    if form == "strided":
        return np.repeat(value, 2)[::2]
    if form == "read-only":
        return np.broadcast_to(value, value.shape)
    return np.dtype(form).type(value)


def in_turn(calls: list[Any]) -> Iterator[Any]:
    """The arguments of each call, before which the global generators are in the same state."""
    for each in calls:
        np.random.seed(0)  # who draws from them is found out by that
        random.seed(0)
        yield each


def say_value(value: Any) -> dict[str, Any]:
    """The value as plain data, or what it is instead. No error of ours looks like theirs."""
    try:
        return {"value": wire.pack(value)}
    except wire.WireError as error:
        return {"unreadable": error.what}
    except BaseException as error:
        return {"unreadable": type(error).__name__}


def say_arguments(arguments: list[Any], named: dict[str, Any]) -> dict[str, Any]:
    """The arguments after the call, with the state that generators were left in."""
    try:
        return {"arguments": wire.pack(arguments), "named": wire.pack(named)}
    except BaseException:
        return {"arguments": None, "named": None}


def describe(error: BaseException) -> dict[str, Any]:
    """An exception's name, the built-in classes it is one of, and a bounded message."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind in BUILT_IN]
    try:
        text = str(error)[:LONGEST_TEXT]
    except BaseException:
        text = ""
    return {"name": type(error).__name__, "kinds": kinds, "text": text}


if __name__ == "__main__":
    main()
