"""Join the namespaces of another process, and give up every right that this brings.

How it works: who joins a user namespace holds all capabilities there, and whatever the
joined sandbox forbids its own processes has not been forbidden to this one yet: its
capabilities, its session, its folder and its filter of system calls are still those of the
process that joined. `confine` takes every one of these steps, looks whether they were
taken, and raises OSError where one was not: nothing of a student's may run then.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any

KINDS = {  # of namespaces, by their names in /proc/<pid>/ns, with their flags for setns
    "user": 0x10000000,
    "mnt": 0x00020000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}
DUMPABLE, NO_NEW_PRIVILEGES, SECCOMP, DROP_BOUND, AMBIENT = 4, 38, 22, 24, 47  # prctl(2)
SUBREAPER, CLEAR_AMBIENT = 36, 4
FILTER = 2  # SECCOMP_MODE_FILTER
CAPABILITIES_3 = 0x20080522  # capset(2): two words a set
INSTRUCTION = 8  # bytes, of a filter
HELD = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")  # in /proc/self/status


class Program(ctypes.Structure):
    """A filter of system calls as prctl takes it (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def join(process: int, descriptor: int) -> None:
    """Enter all namespaces of the process with this number and pidfd; its children run there.

    Only those that are not this process's own: nobody may enter these again.
    """
    flags = 0
    for kind, flag in KINDS.items():
        if os.readlink(f"/proc/self/ns/{kind}") != os.readlink(f"/proc/{process}/ns/{kind}"):
            flags |= flag
    call("setns", descriptor, flags)


def adopt_orphans() -> None:
    """Become the parent of whatever this process's children leave behind."""
    call("prctl", SUBREAPER, 1, 0, 0, 0)


def confine(rules: bytes | None) -> None:
    """Hold this process to what the sandbox allows; `rules` are its filter of system calls."""
    os.setsid()
    os.chdir(os.environ["HOME"])
    drop_capabilities()
    # who has joined a user namespace can't be looked at: the watchdog could count no memory
    call("prctl", DUMPABLE, 1, 0, 0, 0)
    call("prctl", NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if rules is not None:
        program = Program(len(rules) // INSTRUCTION, rules)
        call("prctl", SECCOMP, FILTER, ctypes.byref(program), 0, 0)
    if lacking := unconfined(filtered=rules is not None):
        raise PermissionError(f"the joined process is not held to its sandbox: {lacking}")


def drop_capabilities() -> None:
    """Empty all five sets of capabilities."""
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    for capability in range(last + 1):
        call("prctl", DROP_BOUND, capability, 0, 0, 0)
    call("prctl", AMBIENT, CLEAR_AMBIENT, 0, 0, 0)
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_3, 0)
    call("capset", header, (ctypes.c_uint32 * 6)())


def unconfined(*, filtered: bool) -> list[str]:
    """The lines of /proc/self/status that say that a restriction is lacking."""
    with open("/proc/self/status", encoding="utf-8") as file:
        status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
    wanted = dict.fromkeys(HELD, "0" * 16) | {"NoNewPrivs": "1"}
    if filtered:
        wanted["Seccomp"] = str(FILTER)
    return [f"{name} {status.get(name)}" for name in wanted if status.get(name) != wanted[name]]


def call(name: str, *arguments: Any) -> None:
    """Have the C library do it; raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    given: Sequence[Any] = [
        ctypes.c_ulong(value) if isinstance(value, int) else value for value in arguments
    ]
    if getattr(library, name)(*given) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
