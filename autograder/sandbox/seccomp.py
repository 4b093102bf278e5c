"""The system calls that student code is refused: a second wall behind bubblewrap.

How it works: `compile_filter` turns the table below into a program that the kernel
runs before every system call of the sandbox. bwrap loads it once all mounts are
made, and no process can ever take it off. What the table does not name is allowed,
so that no honest library meets the filter; what it names fails with EPERM, as if
the user lacked the right. The namespaces forbid most of it already. The filter
counts where they have a gap: calls that open the larger part of the kernel to
attack, and memory that belongs to no process and no folder.

libseccomp knows the numbers of the calls on every architecture; `pyseccomp` speaks
to it. Where it is missing the sandbox works without the filter, and `autograder
doctor` says so.
"""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Literal, cast

INSTALL = "Install it with: sudo apt-get install libseccomp2"
ALL_BITS = (1 << 64) - 1
CALL_BITS = (1 << 32) - 1  # the kernel ignores an int's upper half, so an attacker may set it

REFUSED: dict[str, tuple[str, ...]] = {
    # pages that no process maps: the watchdog counts what processes and folders hold
    "memory that nobody counts": (
        *["memfd_create", "memfd_secret"],
        *["shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semtimedop", "semctl"],
        *["msgget", "msgsnd", "msgrcv", "msgctl", "mq_open"],
        *["vmsplice", "io_setup", "io_submit"],  # pages pinned by a pipe or a ring
        # lists in the kernel that only its own limits bound, and those are the whole machine's
        *["inotify_init", "inotify_init1", "fanotify_init", "landlock_create_ruleset", "seccomp"],
    ),
    # a worker could otherwise change a sibling's answers, or bwrap's first process
    "another process's memory": (
        *["ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"],
        *["process_mrelease", "pidfd_getfd", "kcmp", "move_pages", "migrate_pages"],
    ),
    # where most holes of the kernel were found, and no notebook needs any of it
    "the kernel's most attacked parts": (
        *["bpf", "perf_event_open", "userfaultfd", "modify_ldt", "uselib", "personality"],
        *["io_uring_setup", "io_uring_enter", "io_uring_register"],
        *["keyctl", "add_key", "request_key"],  # keys belong to no namespace
    ),
    # a namespace of one's own gives capabilities in it: the first step of most escapes
    "new namespaces and mounts": (
        *["unshare", "setns", "chroot", "pivot_root", "mount", "umount", "umount2"],
        *["open_tree", "open_tree_attr", "move_mount", "mount_setattr"],
        *["fsopen", "fsconfig", "fsmount", "fspick"],
        # a file by its number, past all folders that hide it
        *["name_to_handle_at", "open_by_handle_at"],
    ),
    # these need an administrator's rights; a hole in that check must not be enough
    "the machine itself": (
        *["kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff", "syslog", "acct"],
        *["init_module", "finit_module", "delete_module", "create_module", "query_module"],
        *["quotactl", "quotactl_fd", "nfsservctl", "lookup_dcookie", "vhangup", "iopl", "ioperm"],
        *["settimeofday", "stime", "clock_settime", "sethostname", "setdomainname", "_sysctl"],
    ),
}

# The student of an administrator owns the machine's devices, /dev/null among them, and an
# owner may change rights without any capability. IPython copies a file together with its
# rights when it starts, so chmod does nothing and says that it did.
DEVICES = "the rights of the machine's devices"
IGNORED = ("chmod", "fchmod", "fchmodat", "fchmodat2")
OWNERS_CALLS = (
    *["setxattr", "lsetxattr", "fsetxattr", "setxattrat"],
    *["removexattr", "lremovexattr", "fremovexattr", "removexattrat"],
)

# calls that a kernel may know and its libseccomp may not: new ones have one number everywhere
NEW_CALLS = {"fchmodat2": 452, "setxattrat": 463, "removexattrat": 466, "open_tree_attr": 467}


@dataclass(frozen=True, slots=True)
class Argument:
    """A call's argument that makes it a refused one.

    Either `bits` of it are `value`, or all of it is another or a higher number.
    """

    place: int
    value: int
    bits: int = ALL_BITS
    test: Literal["is", "is not", "above"] = "is"

    @property
    def example(self) -> int:
        """A value that is refused."""
        return self.value if self.test == "is" else self.value + 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A call that does nothing but fail with `error` when all of `arguments` are as they say."""

    call: str
    arguments: tuple[Argument, ...]
    threat: str
    error: int = errno.EPERM

    @property
    def example(self) -> list[int]:
        """The number and six arguments of a call that must fail.

        Arguments that do not matter are -1, which no call accepts: the example
        does nothing where it is not refused.
        """
        values = [-1] * 6
        for argument in self.arguments:
            values[argument.place] = argument.example
        return [number_of(self.call), *values]


def flags(call: str, place: int, value: int, threat: str) -> Rule:
    """Refuse a call in which all of these flags are set."""
    return Rule(call, (Argument(place, value, value),), threat)


def command(call: str, place: int, value: int, threat: str) -> Rule:
    """Refuse one command of a call that has many."""
    return Rule(call, (Argument(place, value, CALL_BITS),), threat)


def on_socket(*arguments: Argument) -> Rule:
    """Refuse a kind of socket."""
    return Rule("socket", arguments, SOCKETS)


UNCOUNTED, NAMESPACE = "memory that nobody counts", "new namespaces and mounts"
SOCKETS = "sockets that no kernel needs"
UNIX, INET, NETLINK, TCP = 1, 2, 16, 6
THREAD, SHARED_DESCRIPTORS = 0x00010000, 0x00000400
NEW_NAMESPACES = {
    "mnt": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
}
RULES: tuple[Rule, ...] = (
    *[flags("clone", 0, value, NAMESPACE) for value in NEW_NAMESPACES.values()],
    # what lies in shared memory stays there when the process unmaps all but a page of it
    flags("mmap", 3, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS, UNCOUNTED),
    flags("mmap", 3, 0x40000, UNCOUNTED),  # MAP_HUGETLB: pages that no process's figures show
    # a socket queues what nobody has read; these raise that to megabytes a socket
    *[
        Rule("setsockopt", (Argument(1, 1, CALL_BITS), Argument(2, name, CALL_BITS)), UNCOUNTED)
        for name in (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF of SOL_SOCKET, and by force
    ],
    # a thread with descriptors of its own hides them from the watchdog
    Rule("clone", (Argument(0, THREAD, THREAD | SHARED_DESCRIPTORS),), UNCOUNTED),
    # so does a process that says it is not to be looked at (PR_SET_DUMPABLE)
    Rule("prctl", (Argument(0, 4, CALL_BITS), Argument(1, 1, test="is not")), UNCOUNTED),
    command("prctl", 0, 22, UNCOUNTED),  # PR_SET_SECCOMP: filters are kernel memory
    # other sockets reach a virtual machine's host (AF_VSOCK) or the kernel's drivers (AF_ALG);
    # ipykernel has three kinds: AF_UNIX, a TCP port for what forked processes print, and
    # AF_NETLINK, which tells it what network there is
    *[on_socket(Argument(0, family)) for family in (0, *range(3, NETLINK))],
    on_socket(Argument(0, NETLINK, test="above")),
    on_socket(Argument(0, NETLINK), Argument(2, 0, test="is not")),  # firewalls, audit and so on
    *[on_socket(Argument(0, INET), Argument(1, kind, 15)) for kind in (2, 3, 4, 5, 6, 10)],
    on_socket(Argument(0, INET), Argument(2, TCP, test="above")),
    Rule("socketpair", (Argument(0, UNIX, test="is not"),), SOCKETS),
    # its flags lie in memory, where no filter can look: libraries then fall back to clone
    Rule("clone3", (), NAMESPACE, errno.ENOSYS),
    # typing into the terminal that the grader was started from
    command("ioctl", 1, 0x5412, "the grader's terminal"),  # TIOCSTI
    command("ioctl", 1, 0x541C, "the grader's terminal"),  # TIOCLINUX
)


def rules(*, administrator: bool) -> list[Rule]:
    """Every rule for a call that this machine has.

    `administrator` tells whether the grader is one: the sandbox's user has its number.
    """
    found = [Rule(call, (), threat) for threat, calls in REFUSED.items() for call in calls]
    found += RULES
    if administrator:
        found += [Rule(call, (), DEVICES, 0) for call in IGNORED]
        found += [Rule(call, (), DEVICES) for call in OWNERS_CALLS]
    return [rule for rule in found if number_of(rule.call) >= 0]


@cache
def compile_filter(*, administrator: bool) -> bytes | None:
    """The rules as bwrap takes them, or None where libseccomp is missing."""
    library = find_library()
    if library is None:
        return None
    table = library.SyscallFilter(library.ALLOW)
    # calls of another architecture would pass the table by other numbers
    table.set_attr(library.Attr.ACT_BADARCH, library.ERRNO(errno.EPERM))
    for rule in rules(administrator=administrator):
        conditions = [compare(library, argument) for argument in rule.arguments]
        table.add_rule(library.ERRNO(rule.error), number_of(rule.call), *conditions)
    with tempfile.TemporaryFile() as file:
        table.export_bpf(file)
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)


def compare(library: ModuleType, argument: Argument) -> object:
    """An argument's condition in the library's words."""
    if argument.test != "is":
        operator = library.NE if argument.test == "is not" else library.GT
        return library.Arg(argument.place, operator, argument.value)
    return library.Arg(argument.place, library.MASKED_EQ, argument.bits, argument.value)


def number_of(call: str) -> int:
    """A call's number; below zero where this machine or its libseccomp has no such call."""
    library = find_library()
    if library is None:
        return -1
    number = int(library.resolve_syscall(library.Arch.NATIVE, call))
    return NEW_CALLS.get(call, -1) if number < 0 else number


@cache
def find_library() -> ModuleType | None:
    """The wrapper of libseccomp, or None where this machine has no such library."""
    try:
        import pyseccomp
    except (ImportError, RuntimeError, OSError):  # the wrapper, the library, a broken one
        return None
    return cast(ModuleType, pyseccomp)
