"""Run a command in a bubblewrap sandbox that holds no secret and no network.

How it works: `bwrap` makes new user, pid, mount, network, ipc, uts and cgroup
namespaces and starts the command as an ordinary user without capabilities. What
the command can see:

    /usr, /opt/python, /env   the system, the interpreter and its packages, read-only
    /kit/autograder           the kit's side of the wire, read-only
    /home/student, /tmp       private, in memory, of limited size
    /run/kernel               the same, for the kernel's sockets

Nothing that can be written lies on the machine's disk, so nothing outlives the
sandbox. The grader reaches the kernel's sockets through /proc/<pid>/root, which
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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.files import PACKAGE
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox import overlay, seccomp
from autograder.sandbox.fonts import font_list
from autograder.sandbox.watchdog import exceeded

INSTALL = "Install it with: sudo apt-get install bubblewrap"
PASSWD = "student:x:1000:1000::/home/student:/bin/sh\n"
HOME = "/home/student"
SOCKETS = "/run/kernel"
PRIVATE_FOLDERS = ("/dev/shm", "/tmp", HOME, SOCKETS)
GUEST = PACKAGE / "guest"  # all of the kit that is beside student code


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Where a Python and its packages lie on this machine."""

    base: Path  # sys.base_prefix
    prefix: Path  # sys.prefix: the virtual environment, or the same as base
    version: str  # "3.11"

    @staticmethod
    def current() -> Interpreter:
        """The one that runs this code."""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return Interpreter(Path(sys.base_prefix).resolve(), Path(sys.prefix).resolve(), version)

    @property
    def inner_base(self) -> str:
        """Where the base installation is seen inside the sandbox."""
        inside_usr = self.base == Path("/usr") or Path("/usr") in self.base.parents
        return str(self.base) if inside_usr else "/opt/python"

    @property
    def folders(self) -> dict[Path, str]:
        """What the sandbox needs of it beside /usr, and where it is seen there."""
        found = {} if self.inner_base.startswith("/usr") else {self.base: self.inner_base}
        return found if self.prefix == self.base else found | {self.prefix / "lib": "/env/lib"}

    @property
    def inner_python(self) -> str:
        """The interpreter's path inside the sandbox."""
        if self.prefix == self.base:
            return f"{self.inner_base}/bin/python{self.version}"
        return "/env/bin/python"


def bwrap_args(
    limits: Limits, python: Interpreter, data: Mapping[str, int], shown: Mapping[Path, Path]
) -> list[str]:
    """The arguments of bwrap, up to the command; nothing is started or looked up but links.

    `data` are the descriptors of small files, by their path in the sandbox; `shown` are
    folders to bind in place of others.
    """
    return [
        *["--unshare-all", "--unshare-user", "--disable-userns"],
        *["--die-with-parent", "--new-session", "--cap-drop", "ALL"],
        *["--uid", "1000", "--gid", "1000", "--hostname", "sandbox", "--clearenv"],
        *["--ro-bind", "/usr", "/usr", *system_links()],
        *["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"],
        *["--ro-bind-try", "/etc/fonts", "/etc/fonts"],
        *["--proc", "/proc", "--dev", "/dev"],
        # an administrator's sandbox could otherwise change the machine's kernel by /proc/sys,
        # which asks for the user's number alone and for no capability
        *["--remount-ro", "/proc"],
        # a shared mapping of it is memory that nobody counts; a bound device can't be opened
        *["--ro-bind", "/dev/null", "/dev/zero"],
        *[word for path in PRIVATE_FOLDERS for word in private_folder(path, limits)],
        *["--remount-ro", "/dev"],  # it is a file system in memory without a limit
        *python_binds(python, shown),
        *[word for path, given in data.items() for word in ("--ro-bind-data", str(given), path)],
        *["--remount-ro", "/", "--chdir", HOME],
        *environment_args(python),
    ]


def system_links() -> list[str]:
    """/bin, /lib and so on as this system has them: links into /usr, or folders."""
    arguments: list[str] = []
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        path = Path(name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            arguments += ["--ro-bind", name, name]
    return arguments


def private_folder(path: str, limits: Limits) -> list[str]:
    """A folder in memory, of limited size."""
    return ["--size", str(limits.disk_bytes), "--tmpfs", path]


def python_binds(python: Interpreter, shown: Mapping[Path, Path]) -> list[str]:
    """The interpreter and its packages, under paths that say nothing of this machine."""
    arguments: list[str] = []
    for folder, inner in python.folders.items():
        arguments += ["--ro-bind", str(shown.get(folder, folder)), inner]
    if python.prefix != python.base:
        target = f"{python.inner_base}/bin/python{python.version}"
        arguments += ["--symlink", target, "/env/bin/python"]
    return arguments


def small_files(python: Interpreter, connection: Mapping[str, object]) -> dict[str, bytes]:
    """What the sandbox gets beside the interpreter, by path: of the kit the guest alone."""
    parts = [PACKAGE / "__init__.py", *sorted(GUEST.glob("*.py"))]
    files = {f"/kit/autograder/{path.relative_to(PACKAGE)}": path.read_bytes() for path in parts}
    files["/kit/connection.json"] = json.dumps(connection).encode()
    files["/etc/passwd"] = PASSWD.encode()
    if python.prefix != python.base:
        home = f"home = {python.inner_base}/bin\nversion = {python.version}\n"
        files["/env/pyvenv.cfg"] = home.encode()
    if fonts := font_list():  # so that no kernel searches for fonts
        files[f"{HOME}/.matplotlib/{fonts.name}"] = fonts.read_bytes()
    return files


def environment_args(python: Interpreter) -> list[str]:
    """The whole environment: nothing of the grader's is passed on."""
    values = guest_environment("/kit", HOME) | {"PATH": "/env/bin:/usr/bin:/bin"}
    if python.inner_base == "/opt/python":
        values["LD_LIBRARY_PATH"] = "/opt/python/lib"
    arguments: list[str] = []
    for name, value in values.items():
        arguments += ["--setenv", name, value]
    return arguments


def guest_environment(kit: str, home: str) -> dict[str, str]:
    """What a kernel finds in its environment, in a sandbox or not."""
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return {
        "HOME": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "MALLOC_ARENA_MAX": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",  # the same submission prints its sets in the same order
        "PYTHONPATH": kit,
        "TZ": "UTC",
        **dict.fromkeys(threads, "1"),  # a forked copy has no other thread
    }


@dataclass(slots=True)
class Sandbox:
    """A running sandbox. `outside(path)` is where the grader finds a path of it."""

    process: subprocess.Popen[bytes]
    root: str
    init: int | None  # a pidfd of the sandbox's first process; None without a sandbox
    sockets: str  # the prefix of the kernel's sockets, as the grader sees it
    exceeded: str = ""  # the name of the limit that the watchdog ended it for
    stopped: threading.Event = field(default_factory=threading.Event)

    def outside(self, path: str) -> str:
        """The grader's name for `path` of the sandbox."""
        return self.root + path

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


@contextlib.contextmanager
def open_sandbox(
    command: list[str],
    *,
    connection: Mapping[str, object],
    limits: Limits,
    descriptors: tuple[int, ...],
    unsandboxed: bool = False,
) -> Iterator[Sandbox]:
    """Start the guest with `command` as its arguments; on leaving nothing of it is left.

    `connection` is the kernel's connection file, and `descriptors` are handed
    down. Raises GraderError where the sandbox can't be made.
    """
    with tempfile.TemporaryDirectory(prefix="autograder-") as name:
        folder = Path(name)
        start = start_unsandboxed if unsandboxed else start_sandboxed
        sandbox = start(command, dict(connection), limits, descriptors, folder)
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


def start_sandboxed(
    command: list[str],
    connection: dict[str, object],
    limits: Limits,
    descriptors: tuple[int, ...],
    folder: Path,
) -> Sandbox:
    """Start bwrap and wait until it says which process it made."""
    bwrap = find_bwrap()
    python = Interpreter.current()
    connection["ip"] = f"{SOCKETS}/k"
    read, write = os.pipe()
    data = {path: hand_over(held) for path, held in small_files(python, connection).items()}
    shown = stand_ins(python, folder) if overlay.possible() else {}
    # bwrap is the sandbox's first process, and students can read that one's arguments and
    # environment: the arguments name this machine's folders, the environment may hold secrets
    given = [list_args(bwrap_args(limits, python, data, shown)), *data.values()]
    argv = [bwrap, "--args", str(given[0]), "--info-fd", str(write)]
    if (program := seccomp.compile_filter(administrator=os.geteuid() == 0)) is not None:
        given.append(hand_over(program))
        argv += ["--seccomp", str(given[-1])]
    argv += ["--", python.inner_python, "-P", "-m", "autograder.guest", *command]
    if shown:
        (empty := folder / "empty").mkdir()
        argv = overlay.nameless(argv, shown, empty)
    process = subprocess.Popen(  # noqa: S603 -- argv is ours, no shell
        argv,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        pass_fds=(*descriptors, write, *given),
    )
    for descriptor in (write, *given):
        os.close(descriptor)
    with os.fdopen(read, "rb") as info:
        answer = info.read()
    if not answer:
        raise GraderError(refusal(process))
    pid = json.loads(answer)["child-pid"]
    root = f"/proc/{pid}/root"
    return Sandbox(process, root, os.pidfd_open(pid), f"{root}{SOCKETS}/k")


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


def start_unsandboxed(
    command: list[str],
    connection: dict[str, object],
    limits: Limits,  # noqa: ARG001 -- the same signature as start_sandboxed
    descriptors: tuple[int, ...],
    folder: Path,
) -> Sandbox:
    """Start the guest as it is, with this user's rights: for trusted code alone."""
    connection["ip"] = str(folder / "k")
    (folder / "connection.json").write_text(json.dumps(connection))
    kit = str(PACKAGE.parent)
    argv = [sys.executable, "-P", "-m", "autograder.guest", *command]
    argv[argv.index("/kit/connection.json")] = str(folder / "connection.json")
    process = subprocess.Popen(  # noqa: S603 -- argv is ours, no shell
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=guest_environment(kit, str(folder)) | {"PATH": os.environ["PATH"]},
        pass_fds=descriptors,
        start_new_session=True,  # the kernel and its copies end with their group
    )
    return Sandbox(process, "", None, str(folder / "k"))


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


def guard(sandbox: Sandbox, limits: Limits) -> None:
    """End the sandbox when all its processes together pass a limit."""
    processes = Path(sandbox.outside("/proc"))
    folders = [sandbox.outside(path) for path in PRIVATE_FOLDERS]
    while not sandbox.stopped.wait(0.2):
        with contextlib.suppress(OSError):  # it has ended, or is about to
            sandbox.exceeded = exceeded(processes, folders, limits)
        if sandbox.exceeded:
            sandbox.end()
            return
