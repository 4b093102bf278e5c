"""Ask a sandbox what it lets student code see and do, and judge the answers.

How it works: a cell runs in a sandboxed kernel and gives facts, numbers and lists
alone. Which of them are fine is decided out here, by `judge_facts`: each restriction
is looked at on its own, and a fact that is missing is a restriction that is lacking.
Nothing of the grader's goes in but the paths that must not be there.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell

from autograder.kernel.kernel import launch_kernel
from autograder.model.limits import Limits
from autograder.sandbox import seccomp
from autograder.sandbox.bwrap import PRIVATE_FOLDERS, guest_environment
from autograder.terminal.report import Finding

NAMESPACES = ("user", "pid", "ipc", "uts", "net", "cgroup", "mnt")
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
HARMLESS_DEVICES = {"null", "full", "random", "urandom", "tty", "ptmx", "pts/ptmx"}
DEVICE_MOUNTS = {*HARMLESS_DEVICES, "zero", "pts"}
SET_BY_SANDBOX = {*guest_environment("", ""), "PATH", "PWD", "LD_LIBRARY_PATH"}
PAGE = 4096  # folder sizes are rounded up to it
ANSWER = "application/json"  # the kind of output that holds the facts
UNLIMITED = -1  # resource.RLIM_INFINITY
BWRAP = (
    "bubblewrap did not do what it was asked for: update it (0.8 or newer), and don't grade yet."
)
LIMIT = "Ask for a kernel that keeps resource limits, and don't grade yet."
FILTER = seccomp.INSTALL + ", and ask for a kernel with seccomp filters (CONFIG_SECCOMP_FILTER)."

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
Faults = Callable[[Facts], list[str]]


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


async def collect_facts(outside: Outside, private: list[Path]) -> Facts:
    """What a sandbox answers; raises GraderError, KernelDied or ValueError where it does not.

    `private` are paths that must not be seen from inside.
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
    with launch_kernel(outside.limits) as kernel:
        await kernel.run(cell)
    # an output of its own: Python itself may print beside it, a warning of `os.fork` for one
    shown = [output.get("data", {}) for output in cell.outputs]
    facts = [data[ANSWER] for data in shown if ANSWER in data]
    if len(facts) != 1 or not isinstance(facts[0], dict):
        raise ValueError(f"the probe gave no facts: {str(cell.outputs)[:500]}")
    return facts[0]


def judge_facts(facts: Facts, outside: Outside) -> list[Finding]:
    """One finding for each restriction, lacking ones with what they protect from."""
    return [*(judge(check, facts) for check in checks(outside)), *judge_calls(facts, outside)]


@dataclass(frozen=True, slots=True)
class Check:
    """A restriction: `faults` lists what is wrong with the facts."""

    name: str
    faults: Faults
    threat: str
    remedy: str = BWRAP


def judge(check: Check, facts: Facts) -> Finding:
    """Whether one restriction holds."""
    try:
        faults = check.faults(facts)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        faults = [f"no answer ({type(error).__name__})"]
    return finding(check.name, faults, check.threat, check.remedy)


def finding(name: str, faults: list[str], threat: str, remedy: str) -> Finding:
    """A restriction that holds, or what is lacking, what for and what to do."""
    found = f"LACKING: {', '.join(faults)}" if faults else "holds"
    return Finding(f"sandbox: {name}", not faults, found, f"{threat} {remedy}")


def checks(outside: Outside) -> list[Check]:
    """Every restriction but the filter's single calls."""
    limits = outside.limits
    return [
        Check(
            "no network",
            only("interfaces", {"lo"}),
            "Student code could send the course's files away or ask others for answers.",
        ),
        Check(
            "no capability",
            status(CAPABILITIES, "0000000000000000"),
            "Student code could use an administrator's rights.",
        ),
        Check(
            "no new privileges",
            status(["NoNewPrivs"], "1"),
            "Student code could become another user by a program such as sudo.",
        ),
        Check(
            "an ordinary user",
            lambda facts: [str(user) for user in facts["users"] if user != 1000],
            "Student code would run as an administrator.",
        ),
        Check(
            "filter of system calls",
            status(["Seccomp"], "2"),
            "A hole in the kernel would be open to student code.",
            FILTER,
        ),
        Check(
            "namespaces of its own",
            lambda facts: shared_namespaces(facts, outside.namespaces),
            "Student code could see or change what belongs to the grader.",
        ),
        Check(
            "no further user namespace",
            only("unshared", set()),
            "Student code could get capabilities in a namespace of its own.",
        ),
        Check(
            "read-only system",
            writable_places,
            "Student code could change the interpreter or the machine for the next submission.",
        ),
        Check(
            "no file of the grader's",
            only("found", set()),
            "Student code could read hidden tests, solutions and other submissions.",
        ),
        Check(
            "no other user's files",
            only("homes", {"student"}),
            "Student code could read what other users keep on this machine.",
        ),
        Check(
            "own processes only",
            foreign_processes,
            "Student code could look at or disturb the grader.",
        ),
        Check(
            "no grader's environment",
            only("environment", SET_BY_SANDBOX),
            "Variables often hold passwords and tokens.",
        ),
        Check(
            "private folders of limited size",
            lambda facts: loose_folders(facts, limits.disk_bytes),
            "Student code could fill the machine's memory with files.",
        ),
        Check(
            "harmless devices only",
            only("devices", HARMLESS_DEVICES),
            "Student code could reach hardware, or memory that nobody counts.",
        ),
        Check(
            "limits of memory",
            at_most(AS=2 * limits.memory_bytes, DATA=limits.memory_bytes),
            "One process could use up the machine's memory.",
            LIMIT,
        ),
        Check(
            "limits of files",
            at_most(FSIZE=limits.file_bytes, CORE=0),
            "A single file or a crash could fill the sandbox's folders.",
            LIMIT,
        ),
        Check(
            "limit of processes",
            at_most(NPROC=8 * limits.processes),
            "A fork bomb could stop the machine.",
            LIMIT,
        ),
        Check(
            "limits of the kernel's memory",
            at_most(NOFILE=512, MEMLOCK=0, MSGQUEUE=0, SIGPENDING=1024),
            "Pipes, queues and signals could use up memory that belongs to no process.",
            LIMIT,
        ),
    ]


def status(names: Sequence[str], wanted: str) -> Faults:
    """Lines of /proc/self/status must read `wanted`."""
    return lambda facts: [name for name in names if facts["status"][name].strip() != wanted]


def only(name: str, wanted: set[str]) -> Faults:
    """A list may hold nothing but `wanted`."""
    return lambda facts: sorted(set(facts[name]) - wanted)


def at_most(**most: int) -> Faults:
    """Resource limits, by their names without RLIMIT, may be no higher."""

    def faults(facts: Facts) -> list[str]:
        found = {name: facts["limits"][f"RLIMIT_{name}"] for name in most}
        return [
            f"{name} is {'unlimited' if value == UNLIMITED else value}"
            for name, value in found.items()
            if value == UNLIMITED or value > most[name]
        ]

    return faults


def shared_namespaces(facts: Facts, ours: Mapping[str, str]) -> list[str]:
    """Namespaces that are the grader's own."""
    return [name for name, link in ours.items() if facts["namespaces"][name] == link]


def writable_places(facts: Facts) -> list[str]:
    """Files, folders and mounts that can be written and are not private."""
    found = list(facts["written"])
    for place, kind, options in facts["mounts"]:
        device = place.removeprefix("/dev/") in DEVICE_MOUNTS  # their nodes are judged apart
        if "rw" in options and place not in PRIVATE_FOLDERS and not device:
            found.append(f"{place} ({kind})")
    return found


def foreign_processes(facts: Facts) -> list[str]:
    """Signs that other processes than the sandbox's are seen."""
    processes = facts["processes"]
    first = [] if processes["1"] == "bwrap" else [f"the first one is {processes['1']}"]
    return first if len(processes) < 10 else [*first, f"{len(processes)} are seen"]


def loose_folders(facts: Facts, most: int) -> list[str]:
    """Private folders without a size, or with a larger one than `most` bytes."""
    sizes = facts["folders"]
    return [path for path in PRIVATE_FOLDERS if not 0 < sizes[path] <= most + PAGE]


def judge_calls(facts: Facts, outside: Outside) -> Iterator[Finding]:
    """For each threat whether all its system calls are refused."""
    answers = facts.get("calls")
    if not isinstance(answers, list) or len(answers) != len(outside.rules):
        answers = [None] * len(outside.rules)
    for threat in dict.fromkeys([*seccomp.REFUSED, *(rule.threat for rule in outside.rules)]):
        asked = [pair for pair in zip(outside.rules, answers) if pair[0].threat == threat]
        faults = [describe(rule, got) for rule, got in asked if got != rule.error]
        if not asked:
            faults = ["not one of its calls is known here"]
        name = f"refused system calls: {threat}"
        yield finding(name, faults, "The kernel would do these for student code.", FILTER)


def describe(rule: seccomp.Rule, got: int | None) -> str:
    """A call that was not refused as it should be."""
    return f"{rule.call} ({'no answer' if got is None else errno.errorcode.get(got, 'done')})"
