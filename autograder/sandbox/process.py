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
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.files import PACKAGE
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox import overlay, seccomp
from autograder.sandbox.bwrap import HOME, SOCKETS, Interpreter, bwrap_args, guest_environment
from autograder.sandbox.fonts import font_list
from autograder.sandbox.watchdog import guard

INSTALL = "Install it with: sudo apt-get install bubblewrap"
PASSWD = "student:x:1000:1000::/home/student:/bin/sh\n"
GUEST = PACKAGE / "guest"  # all of the kit that is beside student code


@dataclass(frozen=True, slots=True)
class Program:
    """What the guest is started with: its arguments, and files by their path in the sandbox."""

    arguments: list[str]
    files: Mapping[str, bytes]


# A program for a root: "" in a sandbox, without one the folder that stands in its place. What
# the guest is to open has that root before its path.
Build = Callable[[str], Program]


@contextlib.contextmanager
def open_sandbox(
    build: Build, *, limits: Limits, descriptors: tuple[int, ...], unsandboxed: bool = False
) -> Iterator[Sandbox]:
    """Start the guest with the program; on leaving nothing of it is left.

    `descriptors` are handed down. Raises GraderError where the sandbox can't be made.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        folder = Path(name)
        if unsandboxed:
            sandbox = start_unsandboxed(build(name), descriptors, folder)
        else:
            sandbox = start_sandboxed(build(""), limits, descriptors, folder)
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


@dataclass(slots=True)
class Sandbox:
    """A running sandbox. `outside(path)` is where the grader finds a path of it."""

    process: subprocess.Popen[bytes]
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


def start_sandboxed(
    program: Program, limits: Limits, descriptors: tuple[int, ...], folder: Path
) -> Sandbox:
    """Start bwrap and wait until it says which process it made."""
    bwrap = find_bwrap()
    read, write = os.pipe()
    command, given = prepare(bwrap, program, limits, folder, write)
    process = subprocess.Popen(  # noqa: S603 -- the command is ours, no shell
        command,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(*descriptors, write, *given),
    )
    for descriptor in (write, *given):
        os.close(descriptor)
    pid = read_pid(read, process)
    return Sandbox(process, f"/proc/{pid}/root", os.pidfd_open(pid))


def prepare(
    bwrap: str, program: Program, limits: Limits, folder: Path, info: int
) -> tuple[list[str], list[int]]:
    """The command that makes the sandbox, and the descriptors that it reads.

    bwrap writes to `info` which process it made; `folder` is empty.
    """
    python = Interpreter.current()
    files = small_files(python) | dict(program.files)
    data = {path: hand_over(content) for path, content in files.items()}
    shown = stand_ins(python, folder) if overlay.possible() else {}
    # bwrap is the sandbox's first process, and students can read that one's arguments and
    # environment: the arguments name this machine's folders, the environment may hold secrets
    given = [list_args(bwrap_args(limits, python, data, shown)), *data.values()]
    argv = [bwrap, "--args", str(given[0]), "--info-fd", str(info)]
    if (rules := seccomp.compile_filter(administrator=os.geteuid() == 0)) is not None:
        given.append(hand_over(rules))
        argv += ["--seccomp", str(given[-1])]
    argv += ["--", *guest_command(python.inner_python, program)]
    if shown:
        (empty := folder / "empty").mkdir()
        argv = overlay.nameless(argv, shown, empty)
    return argv, given


def guest_command(python: str, program: Program) -> list[str]:
    """The command that starts the guest."""
    return [python, "-P", "-m", "autograder.guest", *program.arguments]


def small_files(python: Interpreter) -> dict[str, bytes]:
    """What every sandbox gets beside the interpreter, by path: of the kit the guest alone."""
    parts = [PACKAGE / "__init__.py", *sorted(GUEST.glob("*.py"))]
    files = {f"/kit/autograder/{path.relative_to(PACKAGE)}": path.read_bytes() for path in parts}
    files["/etc/passwd"] = PASSWD.encode()
    if python.prefix != python.base:
        home = f"home = {python.inner_base}/bin\nversion = {python.version}\n"
        files["/env/pyvenv.cfg"] = home.encode()
    if fonts := font_list():  # so that no kernel searches for fonts
        files[f"{HOME}/.matplotlib/{fonts.name}"] = fonts.read_bytes()
    return files


def stand_ins(python: Interpreter, folder: Path) -> dict[Path, Path]:
    """Where the interpreter's folders are shown without their names, in `folder`."""
    shown = {path: folder / str(number) for number, path in enumerate(python.folders)}
    for path in shown.values():
        path.mkdir()
    return shown


def list_args(arguments: list[str]) -> int:
    """A descriptor from which bwrap reads its arguments, each ended by a zero byte."""
    return hand_over(b"".join(os.fsencode(argument) + b"\0" for argument in arguments))


def hand_over(content: bytes) -> int:
    """A descriptor from which bwrap reads `content`."""
    given = os.memfd_create("bwrap")
    os.write(given, content)
    os.lseek(given, 0, os.SEEK_SET)
    return given


def read_pid(info: int, process: subprocess.Popen[bytes]) -> int:
    """The number of the sandbox's first process; raises GraderError where none was made."""
    with os.fdopen(info, "rb") as stream:
        answer = stream.read()
    if not answer:
        raise GraderError(refusal(process))
    pid: int = json.loads(answer)["child-pid"]
    return pid


def start_unsandboxed(program: Program, descriptors: tuple[int, ...], folder: Path) -> Sandbox:
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
        guest_command(sys.executable, program),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=home,
        env=guest_environment(kit, str(home)) | {"PATH": os.environ["PATH"]},
        pass_fds=descriptors,
        start_new_session=True,  # the kernel and its copies end with their group
    )
    return Sandbox(process, str(folder), None)


def find_bwrap() -> str:
    """The path of bwrap; raises GraderError with a way to install it."""
    if path := shutil.which("bwrap"):
        return path
    raise GraderError(
        "bubblewrap (the command bwrap) is missing, and student code is never run without it.\n"
        + INSTALL
    )


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
