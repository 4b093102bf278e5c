"""Run a module in a child process with a limit on its memory and time.

How it works: the order goes to a fresh Python process as JSON on its standard input, and
the answer comes back on its standard output. The child exits when its parent does. A
submission that makes it need more memory than the limit costs that submission alone.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import IO

from autograder.model.errors import GraderError
from autograder.model.limits import MIB

STDERR_BYTES = 4000  # the end of what the child wrote to standard error, for staff
# how a process ends that gets no more memory: Python says so, not every library in C checks
MEMORY_SIGNALS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
MEMORY_ERRORS = (
    *(b"MemoryError", b"OUT OF MEMORY", b"Cannot allocate memory", b"bad_alloc"),
    b"can't start new thread",
    b"returned NULL without setting an exception",
)
ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",  # each thread has memory of its own: more on a larger machine
}


def run_in_child(module: str, kind: str, order: bytes, *, seconds: float, memory: int) -> bytes:
    """Run `module` in a fresh process on an order of that kind; the answer.

    `memory` limits what it may allocate, in bytes. Raises TimeoutError where it takes longer
    than `seconds`, and GraderError where it fails.
    """
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-P", "-m", module, kind, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | ENVIRONMENT,
    )
    said = bytearray()
    late = threading.Event()
    with process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin and stdout and stderr
        reader = threading.Thread(target=read_tail, args=(stderr, said), daemon=True)
        reader.start()
        alarm = threading.Timer(seconds, kill_late, args=(process, late))
        alarm.start()
        try:
            # standard input stays open while this process lives: its end tells the child to exit
            stdin.write(order + b"\n")
            stdin.flush()
            answer = stdout.read()
        except BrokenPipeError:  # it ended before it had read: its status says more
            answer = b""
        status = process.wait()
        alarm.cancel()
        reader.join()
    if late.is_set():
        raise TimeoutError(f"it took longer than {seconds:g} seconds")
    if status != 0:
        raise GraderError(failure_message(status, bytes(said), memory))
    return answer


def kill_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    """Kill a process whose time is up."""
    late.set()
    process.kill()


def read_tail(stream: IO[bytes], kept: bytearray) -> None:
    """Read a stream to its end, and keep its last STDERR_BYTES."""
    while chunk := os.read(stream.fileno(), 1 << 16):
        kept += chunk
        del kept[:-STDERR_BYTES]


def failure_message(status: int, said: bytes, memory: int) -> str:
    """Why there is no answer."""
    full = status in MEMORY_SIGNALS or any(sign in said for sign in MEMORY_ERRORS)
    why = f", as where it needs more than limit grading_bytes ({memory / MIB:g} MiB)"
    words = said.decode(errors="replace").strip()
    return f"it ended with status {status}{why if full else ''}.\n{words}".strip()


# --- in the child -------------------------------------------------------------


def serve(orders: Mapping[str, Callable[[bytes], bytes]]) -> None:
    """Read an order from standard input, and write what the function of its kind answers."""
    kind, memory = sys.argv[1], int(sys.argv[2])
    answer = os.dup(1)
    os.dup2(2, 1)  # what pytest prints is a log, not the answer
    order = sys.stdin.buffer.readline()
    threading.Thread(target=exit_with_parent, daemon=True).start()
    limit_memory(memory)
    result = orders[kind](order)
    with os.fdopen(answer, "wb") as stream:
        stream.write(result)


def limit_memory(memory: int) -> None:
    """Limit what all libraries together may allocate; programs that are started set their own."""
    highest = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if highest != resource.RLIM_INFINITY:
        memory = min(memory, highest)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, highest))


def exit_with_parent() -> None:
    """Exit when the parent is gone: nobody would read the answer."""
    while os.read(0, 1024):
        pass
    os._exit(1)
