"""Do work in a process of its own, with a bound on its memory.

How it works: the order goes to a fresh Python process as JSON on its standard input, and
the answer comes back on its standard output. The process ends when its parent does. What
a submission makes it need beyond its bound costs that submission alone.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO

from autograder.model.errors import GraderError
from autograder.model.limits import MIB

SAID_BYTES = 4000  # of what the process wrote on its error stream, for staff
# how a process ends that gets no more memory: Python says so, not every library in C looks
SIGNALS = (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS)
SIGNS = (
    *(b"MemoryError", b"OUT OF MEMORY", b"Cannot allocate memory", b"bad_alloc"),
    b"can't start new thread",
    b"returned NULL without setting an exception",
)
SETTINGS = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",  # each thread has memory of its own: more on a larger machine
}


def run_apart(module: str, kind: str, order: bytes, *, seconds: float, memory: int) -> bytes:
    """Have `module` carry out an order of that kind in a fresh process; its answer.

    `memory` bounds what it may allocate, in bytes. Raises TimeoutError where it takes longer
    than `seconds`, and GraderError where it fails.
    """
    process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-P", "-m", module, kind, str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | SETTINGS,
    )
    said = bytearray()
    late = threading.Event()
    with process:
        stdin, stdout, stderr = process.stdin, process.stdout, process.stderr
        assert stdin and stdout and stderr
        reader = threading.Thread(target=keep_end, args=(stderr, said), daemon=True)
        reader.start()
        alarm = threading.Timer(seconds, end_late, args=(process, late))
        alarm.start()
        try:
            # its standard input stays open while we live: its end tells the process to end
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
        raise GraderError(complaint(status, bytes(said), memory))
    return answer


def end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    """End a process whose time is up."""
    late.set()
    process.kill()


def keep_end(stream: IO[bytes], kept: bytearray) -> None:
    """Read a stream to its end, and keep the last of it."""
    while chunk := os.read(stream.fileno(), 1 << 16):
        kept += chunk
        del kept[:-SAID_BYTES]


def complaint(status: int, said: bytes, memory: int) -> str:
    """Why there is no answer."""
    full = status in SIGNALS or any(sign in said for sign in SIGNS)
    why = f", as where it needs more than limit grading_bytes ({memory / MIB:g} MiB)"
    words = said.decode(errors="replace").strip()
    return f"it ended with status {status}{why if full else ''}.\n{words}".strip()


# --- in that process ----------------------------------------------------------


def serve(carry_out: Callable[[str, bytes], bytes]) -> None:
    """Read the order that the arguments speak of, carry it out, write the answer."""
    kind, memory = sys.argv[1], int(sys.argv[2])
    answer = os.dup(1)
    os.dup2(2, 1)  # what pytest prints is a log, not the answer
    order = sys.stdin.buffer.readline()
    threading.Thread(target=end_with_parent, daemon=True).start()
    bound_memory(memory)
    result = carry_out(kind, order)
    with os.fdopen(answer, "wb") as stream:
        stream.write(result)


def bound_memory(memory: int) -> None:
    """Let no more be allocated, by whatever library; programs that are started set their own."""
    highest = resource.getrlimit(resource.RLIMIT_DATA)[1]
    if highest != resource.RLIM_INFINITY:
        memory = min(memory, highest)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, highest))


def end_with_parent() -> None:
    """End when the process that asked is gone: nobody would read the answer."""
    while os.read(0, 1024):
        pass
    os._exit(1)
