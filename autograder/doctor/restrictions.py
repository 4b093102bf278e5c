"""Judge what a sandbox answered: a table of restrictions, and what each protects from.

How it works: each restriction is looked at on its own, by a predicate that lists what is
wrong with the facts of `probe`. A fact that is missing is a restriction that is lacking.
The filter's system calls are judged one by one, and reported by their threat.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from autograder.doctor.probe import Facts, Outside
from autograder.model.finding import Finding
from autograder.sandbox import seccomp
from autograder.sandbox.bwrap import PRIVATE_FOLDERS, guest_environment

CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
HARMLESS_DEVICES = {"null", "full", "random", "urandom", "tty", "ptmx", "pts/ptmx"}
DEVICE_MOUNTS = {*HARMLESS_DEVICES, "zero", "pts"}
SET_BY_SANDBOX = {*guest_environment("", ""), "PATH", "PWD", "LD_LIBRARY_PATH"}
FIRST = ("bwrap", "sleep")  # a sandbox's first process; the second one waits in a warm kernel's
USER = 1000
PAGE = 4096  # folder sizes are rounded up to it
UNLIMITED = -1  # resource.RLIM_INFINITY
BWRAP = (
    "bubblewrap did not do what it was asked for: update it (0.8 or newer), and don't grade yet."
)
LIMIT = "Ask for a kernel that keeps resource limits, and don't grade yet."
FILTER = seccomp.INSTALL + ", and ask for a kernel with seccomp filters (CONFIG_SECCOMP_FILTER)."

Faults = Callable[[Facts, Outside], list[str]]


def judge_facts(facts: Facts, outside: Outside) -> list[Finding]:
    """One finding for each restriction, lacking ones with what they protect from."""
    return [
        *(judge(restriction, facts, outside) for restriction in RESTRICTIONS),
        *judge_calls(facts, outside),
    ]


@dataclass(frozen=True, slots=True)
class Restriction:
    """A row of the table: `faults` lists what is wrong with the facts."""

    name: str
    faults: Faults
    threat: str
    remedy: str = BWRAP


def judge(restriction: Restriction, facts: Facts, outside: Outside) -> Finding:
    """Whether one restriction holds."""
    try:
        faults = restriction.faults(facts, outside)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        faults = [f"no answer ({type(error).__name__})"]
    return finding(restriction.name, faults, restriction.threat, restriction.remedy)


def finding(name: str, faults: list[str], threat: str, remedy: str) -> Finding:
    """A restriction that holds, or what is lacking, what for and what to do."""
    found = f"LACKING: {', '.join(faults)}" if faults else "holds"
    return Finding(f"sandbox: {name}", not faults, found, f"{threat} {remedy}")


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


# --- predicates ---------------------------------------------------------------


def status(names: Sequence[str], wanted: str) -> Faults:
    """Lines of /proc/self/status must read `wanted`."""
    return lambda facts, _: [name for name in names if facts["status"][name].strip() != wanted]


def only(name: str, wanted: set[str]) -> Faults:
    """A list may hold nothing but `wanted`."""
    return lambda facts, _: sorted(set(facts[name]) - wanted)


def at_most(*names: str) -> Faults:
    """Resource limits, by their names without RLIMIT, may be no higher than asked for."""

    def faults(facts: Facts, outside: Outside) -> list[str]:
        most = outside.limits.rlimits()
        found = {name: facts["limits"][f"RLIMIT_{name}"] for name in names}
        return [
            f"{name} is {'unlimited' if value == UNLIMITED else value}"
            for name, value in found.items()
            if value == UNLIMITED or value > most[f"RLIMIT_{name}"]
        ]

    return faults


def no_ordinary_users(facts: Facts, outside: Outside) -> list[str]:
    """User and group ids of somebody else than the sandbox's user."""
    del outside
    return [str(user) for user in facts["users"] if user != USER]


def shared_namespaces(facts: Facts, outside: Outside) -> list[str]:
    """Namespaces that are the grader's own."""
    own = outside.namespaces
    return [name for name, link in own.items() if facts["namespaces"][name] == link]


def writable_places(facts: Facts, outside: Outside) -> list[str]:
    """Files, folders and mounts that can be written and are not private."""
    del outside
    found = list(facts["written"])
    for place, kind, options in facts["mounts"]:
        device = place.removeprefix("/dev/") in DEVICE_MOUNTS  # see "harmless devices only"
        if "rw" in options and place not in PRIVATE_FOLDERS and not device:
            found.append(f"{place} ({kind})")
    return found


def foreign_processes(facts: Facts, outside: Outside) -> list[str]:
    """Signs that other processes than the sandbox's are seen."""
    del outside
    processes = facts["processes"]
    first = [] if processes["1"] in FIRST else [f"the first one is {processes['1']}"]
    return first if len(processes) < 10 else [*first, f"{len(processes)} are seen"]


def loose_folders(facts: Facts, outside: Outside) -> list[str]:
    """Private folders without a size, or with a larger one than the limit."""
    sizes, most = facts["folders"], outside.limits.disk_bytes
    return [path for path in PRIVATE_FOLDERS if not 0 < sizes[path] <= most + PAGE]


# --- the table ----------------------------------------------------------------

RESTRICTIONS = (
    Restriction(
        "no network",
        only("interfaces", {"lo"}),
        "Student code could send the course's files away or ask others for answers.",
    ),
    Restriction(
        "no capability",
        status(CAPABILITIES, "0000000000000000"),
        "Student code could use an administrator's rights.",
    ),
    Restriction(
        "no new privileges",
        status(["NoNewPrivs"], "1"),
        "Student code could become another user by a program such as sudo.",
    ),
    Restriction(
        "an ordinary user",
        no_ordinary_users,
        "Student code would run as an administrator.",
    ),
    Restriction(
        "filter of system calls",
        status(["Seccomp"], "2"),
        "A hole in the kernel would be open to student code.",
        FILTER,
    ),
    Restriction(
        "namespaces of its own",
        shared_namespaces,
        "Student code could see or change what belongs to the grader.",
    ),
    Restriction(
        "no further user namespace",
        only("unshared", set()),
        "Student code could get capabilities in a namespace of its own.",
    ),
    Restriction(
        "read-only system",
        writable_places,
        "Student code could change the interpreter or the machine for the next submission.",
    ),
    Restriction(
        "no file of the grader's",
        only("found", set()),
        "Student code could read hidden tests, solutions and other submissions.",
    ),
    Restriction(
        "no other user's files",
        only("homes", {"student"}),
        "Student code could read what other users keep on this machine.",
    ),
    Restriction(
        "own processes only",
        foreign_processes,
        "Student code could look at or disturb the grader.",
    ),
    Restriction(
        "no grader's environment",
        only("environment", SET_BY_SANDBOX),
        "Variables often hold passwords and tokens.",
    ),
    Restriction(
        "private folders of limited size",
        loose_folders,
        "Student code could fill the machine's memory with files.",
    ),
    Restriction(
        "harmless devices only",
        only("devices", HARMLESS_DEVICES),
        "Student code could reach hardware, or memory that nobody counts.",
    ),
    Restriction(
        "limits of memory",
        at_most("AS", "DATA"),
        "One process could use up the machine's memory.",
        LIMIT,
    ),
    Restriction(
        "limits of files",
        at_most("FSIZE", "CORE"),
        "A single file or a crash could fill the sandbox's folders.",
        LIMIT,
    ),
    Restriction(
        "limit of processes",
        at_most("NPROC"),
        "A fork bomb could stop the machine.",
        LIMIT,
    ),
    Restriction(
        "limits of the kernel's memory",
        at_most("NOFILE", "MEMLOCK", "MSGQUEUE", "SIGPENDING"),
        "Pipes, queues and signals could use up memory that belongs to no process.",
        LIMIT,
    ),
)
