"""Run a command in a bubblewrap sandbox that holds no secret and no network.

How it works: `bwrap` makes new user, pid, mount, network, ipc, uts and cgroup
namespaces and starts the command as an ordinary user without capabilities. What
the command can see:

    /usr, /opt/python, /env   the system, the interpreter and its packages, read-only
    /kit/autograder           the kit's side of the wire, read-only
    /home/student, /tmp       private, in memory, of limited size
    /run/kernel               the same, for sockets

Nothing that can be written lies on the machine's disk, so nothing outlives the
sandbox. The grader reaches its sockets through /proc/<pid>/root, which
only the owner of the sandbox may open. All paths are the same on every machine:
a traceback in a student's output does not tell where the grader lives.

A filter of system calls (`seccomp`) stands behind these walls: bwrap loads it last,
and it is the same for every sandbox.

The process that bwrap starts is killed with the grader (--die-with-parent), and
when it ends the kernel ends every process of its pid namespace. A watchdog
counts processes and memory, since resource limits count by process and, for an
administrator, not at all. Memory is held by processes, by sockets and pipes and by
the private folders: all of it is counted, and other kinds are refused by the filter.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from autograder.files import PACKAGE
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox.bwrap import HOME, SOCKETS, guest_environment
from autograder.sandbox.command import Program, direct_command, guest_command
from autograder.sandbox.watchdog import guard

# A program for a root: "" in a sandbox, without one the folder that stands in its place. What
# the guest is to open has that root before its path.
Build = Callable[[str], Program]


class Nursery(Protocol):
    """Starts guests by copying one that is loaded already (`nursery.Nursery`)."""

    def start(self, program: Program, limits: Limits, descriptor: int) -> Sandbox:
        """A sandbox with the guest in it; raises GraderError where none is made."""
        ...


@contextlib.contextmanager
def open_sandbox(
    build: Build,
    *,
    limits: Limits,
    descriptor: int,
    nursery: Nursery | None = None,
    unsandboxed: bool = False,
) -> Iterator[Sandbox]:
    """Start the guest with the program; on leaving nothing of it is left.

    The guest gets `descriptor`, under the same number. With a `nursery` it is copied from a
    process that is loaded already. Raises GraderError where the sandbox can't be made.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        folder = Path(name)
        if unsandboxed:
            sandbox = start_unsandboxed(build(name), descriptor, folder)
        elif nursery is not None:
            sandbox = nursery.start(build(""), limits, descriptor)
        else:
            sandbox = start_sandboxed(build(""), limits, descriptor, folder)
        watch = threading.Thread(target=guard, args=(sandbox, limits), daemon=True)
        if not unsandboxed:
            watch.start()
        try:
            yield sandbox
        finally:
            sandbox.kill()
            if watch.is_alive():
                watch.join()
            sandbox.close()


class Process(Protocol):
    """What holds a sandbox, and ends with it: bwrap (`subprocess.Popen`), or a keeper."""

    pid: int
    stderr: IO[bytes] | None  # of the guest

    def poll(self) -> int | None:
        """None while it runs."""
        ...

    def kill(self) -> None:
        """Have it end."""
        ...

    def wait(self) -> int:
        """Wait for its end."""
        ...


@dataclass(slots=True)
class Sandbox:
    """A running sandbox. `outside(path)` is where the grader finds a path of it."""

    process: Process
    root: str
    init: int | None  # a pidfd of the sandbox's first process; None without a sandbox
    exceeded: str = ""  # the name of the limit that the watchdog ended it for
    stopped: threading.Event = field(default_factory=threading.Event)

    def outside(self, path: str) -> str:
        """The grader's name for `path` of the sandbox."""
        return self.root + path

    @property
    def processes(self) -> Path:
        """The /proc folder of its processes, as the grader sees it."""
        return Path("/proc" if self.init is None else self.outside("/proc"))

    @property
    def alive(self) -> bool:
        """Whether the command is still running."""
        return self.process.poll() is None

    def end(self) -> None:
        """Send the signal that ends every process of the sandbox.

        To its first process and not to bwrap alone: a student can debug that
        process, and so undo --die-with-parent.
        """
        with contextlib.suppress(ProcessLookupError):
            if self.init is None:
                os.killpg(self.process.pid, signal.SIGKILL)
            else:
                signal.pidfd_send_signal(self.init, signal.SIGKILL)
        self.process.kill()

    def kill(self) -> None:
        """End every process of the sandbox, at once."""
        self.stopped.set()
        self.end()
        self.process.wait()

    def close(self) -> None:
        """Free the descriptors; only when nobody can send a signal by them any more."""
        if self.init is not None:
            os.close(self.init)
        if self.process.stderr is not None:
            self.process.stderr.close()


def start_sandboxed(program: Program, limits: Limits, descriptor: int, folder: Path) -> Sandbox:
    """Start bwrap and wait until it says which process it made."""
    read, write = os.pipe()
    command = direct_command(program, limits, folder, write)
    process = subprocess.Popen(  # noqa: S603 -- the command is ours, no shell
        command.argv,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(descriptor, write, *command.given),
    )
    os.close(write)
    command.close()
    pid = read_pid(read, process)
    return Sandbox(process, f"/proc/{pid}/root", os.pidfd_open(pid))


def read_pid(info: int, process: subprocess.Popen[bytes]) -> int:
    """The number of the sandbox's first process; raises GraderError where none was made."""
    with os.fdopen(info, "rb") as stream:
        answer = stream.read()
    if not answer:
        raise GraderError(refusal(process))
    pid: int = json.loads(answer)["child-pid"]
    return pid


def start_unsandboxed(program: Program, descriptor: int, folder: Path) -> Sandbox:
    """Start the guest as it is, with this user's rights: for trusted code alone."""
    home = Path(f"{folder}{HOME}")
    for path in (home, Path(f"{folder}{SOCKETS}")):
        path.mkdir(parents=True)
    for name, content in program.files.items():
        path = Path(f"{folder}{name}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    kit = str(PACKAGE.parent)
    process = subprocess.Popen(  # noqa: S603 -- the command is ours, no shell
        guest_command(sys.executable, program.arguments),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=home,
        env=guest_environment(kit, str(home)) | {"PATH": os.environ["PATH"]},
        pass_fds=(descriptor,),
        start_new_session=True,  # the kernel and its copies end with their group
    )
    return Sandbox(process, str(folder), None)


def refusal(process: subprocess.Popen[bytes]) -> str:
    """Why bwrap made no sandbox, in its own words and with what usually helps."""
    _, said = process.communicate()
    words = said.decode(errors="replace").strip()
    return (
        f"bubblewrap could not make a sandbox: {words or 'it said nothing'}\n"
        "Where user namespaces are switched off, an administrator allows them with: "
        "sysctl kernel.unprivileged_userns_clone=1 (Debian) or "
        "sysctl kernel.apparmor_restrict_unprivileged_userns=0 (Ubuntu)."
    )
