"""Ask a sandbox what it lets student code see and do.

How it works: a cell runs in a sandboxed kernel and gives facts, numbers and lists
alone. Which of them are fine is decided outside (`restrictions`). Nothing of the
grader's goes in but the paths that must not be there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell

from autograder.kernel.kernel import launch_kernel
from autograder.kernel.warm import WarmKernels
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox import seccomp
from autograder.sandbox.bwrap import PRIVATE_FOLDERS

NAMESPACES = ("user", "pid", "ipc", "uts", "net", "cgroup", "mnt")
ANSWER = "application/json"  # the kind of output that holds the facts

# Runs inside. `ASKED` holds the paths to look for and the system calls to try.
PROBE = """
import ctypes, os, resource, stat
def tries(action, *arguments):
    try:
        return bool(action(*arguments) or True)
    except OSError:
        return False
def opens(path, flags):
    return tries(lambda: os.close(os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)))
def lines(path):
    try:
        with open(path) as file:
            return file.read().splitlines()
    except OSError:
        return []
def folder_size(path):
    held = os.statvfs(path)
    return held.f_blocks * held.f_frsize
def call(numbers):
    ctypes.set_errno(0)
    done = libc.syscall(*[ctypes.c_ulong(number % 2**64) for number in numbers])
    return ctypes.get_errno() if done == -1 else -done
def unshared():
    child = os.fork()
    if not child:
        os._exit(1 if libc.unshare(0x10000000) else 0)
    return ["made"] if os.waitpid(child, 0)[1] == 0 else []
libc = ctypes.CDLL(None, use_errno=True)
pids = [entry for entry in os.listdir("/proc") if entry.isdigit()]
nodes = [os.path.join(top, name) for top, _, names in os.walk("/dev") for name in names]
limits = [name for name in dir(resource) if name.startswith("RLIMIT_")]
environment = [word for pid in [*pids, "self"] for line in lines(f"/proc/{pid}/environ")
               for word in line.split(chr(0))]
facts = {
    "interfaces": [line.split(":")[0].strip() for line in lines("/proc/self/net/dev")[2:]],
    "status": dict(line.split(":", 1) for line in lines("/proc/self/status")),
    "unshared": unshared(),
    "users": [*os.getresuid(), *os.getresgid()],
    "namespaces": {name: os.readlink("/proc/self/ns/" + name) for name in ASKED["namespaces"]},
    "calls": [call(numbers) for numbers in ASKED["calls"]],
    "written": [path for path in ASKED["system"]
                if opens(path, os.O_WRONLY) or opens(path + "/probe", os.O_WRONLY | os.O_CREAT)],
    "found": [path for path in ASKED["private"] if os.path.exists(path)],
    "homes": os.listdir("/home"),
    "mounts": [[words[1], words[2], words[3].split(",")]
               for words in map(str.split, lines("/proc/self/mounts"))],
    "folders": {path: folder_size(path) for path in ASKED["folders"]},
    "devices": [path[5:] for path in nodes
                if not os.path.islink(path) and not stat.S_ISREG(os.stat(path).st_mode)
                and not stat.S_ISFIFO(os.stat(path).st_mode) and opens(path, os.O_RDONLY)],
    "processes": {pid: "".join(lines(f"/proc/{pid}/comm")) for pid in pids},
    "environment": sorted({word.split("=", 1)[0] for word in environment if word}),
    "limits": {name: resource.getrlimit(getattr(resource, name))[1] for name in limits},
}
display({ASKED["answer"]: facts}, raw=True)
"""
SYSTEM = (
    *["/", "/usr", "/usr/bin", "/etc", "/env/lib", "/opt", "/kit/autograder", "/dev", "/proc"],
    *["/kit/autograder/guest/kernel.py", "/etc/passwd", "/proc/sys/kernel/core_pattern"],
)

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outside:
    """What the answers are compared with; it stays with the grader."""

    namespaces: Mapping[str, str]
    rules: list[seccomp.Rule]  # in the order of the facts' `calls`
    limits: Limits

    @staticmethod
    def current(limits: Limits) -> Outside:
        """The grader's own process."""
        spaces = {name: os.readlink(f"/proc/self/ns/{name}") for name in NAMESPACES}
        return Outside(spaces, seccomp.rules(administrator=os.geteuid() == 0), limits)


async def collect_facts(
    outside: Outside, private: list[Path], warm: WarmKernels | None = None
) -> Facts:
    """What a sandbox answers; raises GraderError, KernelDied or ValueError where it does not.

    `private` are paths that must not be seen from inside. With `warm` the kernel is one of
    these; raises GraderError where it can't be.
    """
    asked = {
        "namespaces": NAMESPACES,
        "calls": [rule.example for rule in outside.rules],
        "system": SYSTEM,
        "private": [str(path) for path in private],
        "folders": PRIVATE_FOLDERS,
        "answer": ANSWER,
    }
    cell = new_code_cell(f"ASKED = {asked!r}\n{PROBE}")
    with launch_kernel(outside.limits, warm=warm) as kernel:
        if warm is not None and not kernel.copied:
            raise GraderError(". ".join(warm.failures))
        await kernel.wait_for_outputs()
        await kernel.run(cell)
    # an output of its own: Python itself may print beside it, a warning of `os.fork` for one
    shown = [output.get("data", {}) for output in cell.outputs]
    facts = [data[ANSWER] for data in shown if ANSWER in data]
    if len(facts) != 1 or not isinstance(facts[0], dict):
        raise ValueError(f"the probe gave no facts: {str(cell.outputs)[:500]}")
    return facts[0]
