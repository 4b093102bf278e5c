"""Do work in child processes that are used once, with limits on their memory and time.

How it works: `multiprocessing`'s fork server imports what grading needs once (`preload`), and
forks a child for each order. So no submission meets what pytest, Hypothesis or a hidden test
left behind by another, and nothing is imported twice. The server itself sees no submission and
no hidden test. Its children end with it, and it ends with the process that started it. A
submission that makes a child need more memory than the limit costs that submission alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess

from autograder.model.errors import GraderError
from autograder.model.limits import MIB

PR_SET_PDEATHSIG = 1  # of <linux/prctl.h>
FAULT_LENGTH = 4000  # characters of a child's traceback, for staff
# how a process ends that gets no more memory: Python says so, not every library in C checks
MEMORY_SIGNALS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
MEMORY_ERRORS = (
    *("MemoryError", "OUT OF MEMORY", "Cannot allocate memory", "bad_alloc"),
    "can't start new thread",
    "returned NULL without setting an exception",
)
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONSAFEPATH": "1",  # the folder that somebody works in holds no module of ours
    "OPENBLAS_NUM_THREADS": "1",  # each thread has memory of its own: more on a larger machine
}

STARTING = threading.Lock()  # one thread at a time changes the environment of the process

Answer = Callable[[bytes], bytes]  # a function of a module: a child finds it by its name


@dataclass(slots=True)
class Children:
    """Starts children, from any number of threads, and can end all of them."""

    running: set[ForkServerProcess] = field(default_factory=set)
    stopped: bool = False

    def run(self, answer: Answer, order: bytes, *, seconds: float, memory: int) -> bytes:
        """What `answer` returns in a child for an order.

        `memory` limits what it may allocate, in bytes. Raises TimeoutError where it takes longer
        than `seconds`, and GraderError where it fails or all were ended.
        """
        context = fork_server()
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=work, args=(answer, order, memory, sender))
        self.running.add(process)
        try:
            process.start()
            sender.close()
            fine, content = self.receive(receiver, process, seconds, memory)
        finally:
            with contextlib.suppress(AttributeError):  # it did not start
                process.kill()
                process.join()
            self.running.discard(process)
            receiver.close()
        if not fine:
            raise GraderError(failure_message(1, content.decode(), memory))
        return content

    def receive(
        self, receiver: Connection, process: ForkServerProcess, seconds: float, memory: int
    ) -> tuple[bool, bytes]:
        """Whether all went well, and the answer or the traceback."""
        if self.stopped:
            raise GraderError("it was interrupted")
        try:
            if not receiver.poll(seconds):
                raise TimeoutError(f"it took longer than {seconds:g} seconds")
            return receiver.recv_bytes() == b"answer", receiver.recv_bytes()
        except (EOFError, ConnectionError) as error:
            process.join()
            said = "it was interrupted" if self.stopped else ""
            raise GraderError(failure_message(process.exitcode, said, memory)) from error

    def stop(self) -> None:
        """End all children: who waits for one gets a GraderError."""
        self.stopped = True
        for process in [*self.running]:
            with contextlib.suppress(AttributeError, ValueError):  # not started, or closed
                process.kill()


def fork_server() -> ForkServerContext:
    """The server, started where it does not run yet."""
    context = multiprocessing.get_context("forkserver")
    # the main module is imported by every child that does not find it there
    context.set_forkserver_preload(["__main__", "autograder.grading.preload"])
    with STARTING, environment(ENVIRONMENT):
        forkserver.ensure_running()
    return context


@contextlib.contextmanager
def environment(values: dict[str, str]) -> Iterator[None]:
    """Set variables for what is started in the body."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def failure_message(status: int | None, said: str, memory: int) -> str:
    """Why there is no answer."""
    full = status in MEMORY_SIGNALS or any(sign in said for sign in MEMORY_ERRORS)
    why = f", as where it needs more than limit grading_bytes ({memory / MIB:g} MiB)"
    return f"it ended with status {status}{why if full else ''}.\n{said}".strip()


# --- in the child -------------------------------------------------------------


def work(answer: Answer, order: bytes, memory: int, sender: Connection) -> None:
    """Carry out one order, and send the answer or a traceback."""
    settle(memory)
    try:
        kind, content = b"answer", answer(order)
    except BaseException:
        kind, content = b"fault", traceback.format_exc()[-FAULT_LENGTH:].encode(errors="replace")
    sender.send_bytes(kind)
    sender.send_bytes(content)


def settle(memory: int) -> None:
    """What every child does first, before it sees anything that it is given."""
    end_with_parent()
    be_quiet()
    limit_memory(memory)


def end_with_parent() -> None:
    """Have Linux end this process when the one that forked it is gone."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def be_quiet() -> None:
    """What pytest prints goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


def limit_memory(memory: int) -> None:
    """Limit what all libraries together may allocate; programs that are started set their own."""
    highest = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if highest != resource.RLIM_INFINITY:
        memory = min(memory, highest)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, highest))
