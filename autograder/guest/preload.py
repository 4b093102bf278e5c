"""Hold in memory what a kernel imports, and be copied into a sandbox for each kernel.

How it works: this process has the environment of a kernel and sees the file system under
the paths of a sandbox, but runs no student's code, and holds no secret. It has imported
what a kernel needs, and waits. A request is one byte with a socket attached; the copy that
is forked for it (`keeper`) reads there what is wanted, so that what one kernel is told never
comes into the memory that the next one is copied from. Copies go on whatever becomes of
this process. It ends when nobody is left who could ask.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import io
import logging
import os
import select
import socket
import sys
import time

from autograder.guest import keeper

# what a kernel imports until its first cell has run, and what many notebooks import
MODULES = (
    *["autograder.guest.kernel", "ipykernel.kernelapp", "ipykernel.debugger", "faulthandler"],
    *["tornado.platform.asyncio", "tornado.queues", "sqlite3"],
    *["IPython.core.debugger", "IPython.core.oinspect", "IPython.core.completerlib"],
    *["IPython.core.logger", "IPython.core.pylabtools", "IPython.extensions.storemagic"],
    *["numpy", "matplotlib.pyplot"],
)
# what connects itself to the interpreter's shell when it is imported: here there is none yet
LEFT_OUT = "matplotlib_inline"
CACHE = type(functools.lru_cache(len))


def serve(descriptor: int) -> None:
    """Wait for requests; comes back in a process that has joined the sandbox of a kernel."""
    preload()
    check(descriptor)
    keeper.keep(wait_for_request(socket.socket(fileno=descriptor)))
    begin_anew()


def preload() -> None:
    """Import what kernels need, and have matplotlib load what it loads for its first figure."""
    for name in MODULES:
        with contextlib.suppress(ImportError):  # a kernel would start without it as well
            importlib.import_module(name)
    with contextlib.suppress(ImportError):
        draw()
    forget()
    for name in [name for name in sys.modules if name.partition(".")[0] == LEFT_OUT]:
        del sys.modules[name]
    gc.collect()
    gc.freeze()  # what is here by now is left alone, and its pages stay shared


def draw() -> None:
    """Draw a figure that nobody sees; pyplot, which numbers figures, has no part in it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([1, 2], label="$x^2$")
    axes.set_title("A title")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")


def forget() -> None:
    """Empty matplotlib's caches: they hold fonts, whose files a copy has to close."""
    for held in gc.get_objects():
        if isinstance(held, CACHE) and str(held.__module__).startswith("matplotlib"):
            held.cache_clear()


def check(channel: int) -> None:
    """Exit where this process holds what no copy may have, or can have: then there are none."""
    threads = len(os.listdir("/proc/self/task"))
    if threads > 1:  # a copy would have the first of them alone
        sys.exit(f"{threads} threads run in the preloaded process")
    listed = {int(name) for name in os.listdir("/proc/self/fd")}
    for descriptor in listed - {0, 1, 2, channel}:
        with contextlib.suppress(OSError):  # the one that listed them is closed by now
            sys.exit(f"the preloaded process has {os.readlink(f'/proc/self/fd/{descriptor}')} open")


def wait_for_request(channel: socket.socket) -> socket.socket:
    """Fork a keeper for each request; comes back in the keeper, with the request's socket."""
    keepers: dict[int, int] = {}  # a pidfd: the process
    waiting = select.poll()
    waiting.register(channel, select.POLLIN)
    while True:
        for descriptor, _ in waiting.poll():
            if descriptor in keepers:
                waiting.unregister(descriptor)
                os.waitpid(keepers.pop(descriptor), 0)
                os.close(descriptor)
            elif connection := accept(channel):
                pid = fork()
                if not pid:
                    channel.close()
                    for opened in keepers:
                        os.close(opened)
                    return connection
                connection.close()  # where nothing was forked, that says so
                if pid > 0:
                    opened = os.pidfd_open(pid)
                    keepers[opened] = pid
                    waiting.register(opened, select.POLLIN)


def fork() -> int:
    """os.fork; less than 0 where the machine has no process left: nobody is copied then."""
    try:
        return os.fork()
    except OSError:
        return -1


def accept(channel: socket.socket) -> socket.socket | None:
    """The socket of a request; ends this process where nobody is left to ask."""
    said, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    if not said:
        os._exit(0)
    return socket.socket(fileno=descriptors[0]) if descriptors else None


def begin_anew() -> None:
    """Draw and note what an interpreter draws and notes when it starts.

    No two kernels are to share what would be random without copies. Python itself seeds
    `random` at each fork.
    """
    from numpy.random import MT19937, mtrand

    mtrand.set_bit_generator(MT19937())
    if "multiprocessing.process" in sys.modules:
        sys.modules["multiprocessing.process"].current_process().authkey = os.urandom(32)
    began = time.time_ns() if sys.version_info >= (3, 13) else time.time()
    vars(logging)["_startTime"] = began  # from which log records count
    sys.orig_argv[4:] = sys.argv[1:]  # behind python -P -m autograder.guest
