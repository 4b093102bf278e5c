"""Memory that belongs to no process, or to none that can be seen, counts like any other."""

from __future__ import annotations

import asyncio
import errno

import pytest

from autograder.kernel.kernel import KernelDied
from autograder.model.limits import MIB, Limits
from tests.kit.sandbox.kernels import LIMITS, Ask, run_once
from tests.kit.submissions.ending import MANY_LOCKS

SMALL = Limits(memory_bytes=384 * MIB, cell_seconds=60.0)


def cause_of(code: str) -> str:
    """The key of the cause that a cell ended its kernel for."""
    with pytest.raises(KernelDied) as death:
        asyncio.run(run_once(f"{code}\nimport time\ntime.sleep(30)\nanswer = 0", SMALL))
    return death.value.cause.key


def test_memory_of_a_process_without_its_first_thread_counts() -> None:
    source = """
import ctypes, threading, time
def work():
    kept = b"x" * (250 << 20)
    time.sleep(50)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""
    code = f"""
import subprocess, sys
kept = [subprocess.Popen([sys.executable, "-c", {source!r}]) for _ in range(2)]
"""
    assert cause_of(code) == "cause_memory"


def test_empty_files_count() -> None:
    code = """
import os
os.mkdir("/tmp/many")
for number in range(400_000):
    os.close(os.open(f"/tmp/many/{number}", os.O_CREAT))
"""
    assert cause_of(code) == "cause_memory"


def test_locks_on_files_count() -> None:
    assert cause_of(MANY_LOCKS) == "cause_memory"


def test_what_waits_in_sockets_counts() -> None:
    code = """
import os, socket, time
kept = []
for _ in range(12):
    if os.fork() == 0:
        for _ in range(200):
            kept += socket.socketpair()
            kept[-1].setblocking(False)
            try:
                while True:
                    kept[-1].send(bytes(1 << 16))
            except BlockingIOError:
                pass
        time.sleep(50)
"""
    assert cause_of(code) == "cause_memory"


def test_what_waits_in_connections_counts() -> None:
    code = """
import socket
server, kept = socket.create_server(("127.0.0.1", 0)), []
for _ in range(200):
    kept.append(socket.create_connection(server.getsockname()))
    kept.append(server.accept()[0])
    kept[-1].setblocking(False)
    try:
        while True:
            kept[-1].send(bytes(1 << 16))
    except BlockingIOError:
        pass
"""
    assert cause_of(code) == "cause_memory"


def test_shared_memory_can_not_outlive_its_mapping(ask: Ask) -> None:
    code = """
import mmap
answer = []
try:
    mmap.mmap(-1, 1 << 20)
except OSError as error:
    answer.append(error.errno)
try:
    open("/dev/zero", "r+b")
except OSError as error:
    answer.append(error.errno)
mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
"""
    assert ask(code) == [errno.EPERM, errno.EACCES]


def test_what_a_process_may_hold_is_limited(ask: Ask) -> None:
    code = """
import resource
names = ("AS", "DATA", "FSIZE", "CORE", "NPROC", "NOFILE", "MEMLOCK", "MSGQUEUE", "SIGPENDING")
answer = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]
"""
    memory, files, processes = LIMITS.memory_bytes, LIMITS.file_bytes, LIMITS.processes
    most = [2 * memory, memory, files, 0, 8 * processes, 512, 0, 0, 1024]
    assert ask(code) == [[value, value] for value in most]
