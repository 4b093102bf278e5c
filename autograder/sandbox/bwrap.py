"""The arguments of bwrap: what a sandbox may see, and the environment of its processes.

Nothing here starts a process: the arguments are tested without a sandbox.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.model.limits import Limits

HOME = "/home/student"
SOCKETS = "/run/kernel"  # the folder for sockets that the grader connects to
PRIVATE_FOLDERS = ("/dev/shm", "/tmp", HOME, SOCKETS)


def bwrap_args(
    limits: Limits, python: Interpreter, data: Mapping[str, int], shown: Mapping[Path, Path]
) -> list[str]:
    """The arguments of bwrap, up to the command; nothing is started or looked up but links.

    `data` are the descriptors of small files, by their path in the sandbox; `shown` are
    folders to bind in place of others.
    """
    return [
        *["--unshare-all", "--disable-userns", "--hostname", "sandbox", *user_args()],
        *[*system_args(), "--proc", "/proc", "--dev", "/dev"],
        # an administrator's sandbox could otherwise change the machine's kernel by /proc/sys,
        # which asks for the user's number alone and for no capability
        *["--remount-ro", "/proc"],
        # a shared mapping of it is memory that nobody counts; a bound device can't be opened
        *["--ro-bind", "/dev/null", "/dev/zero"],
        *own_args(limits, python, data, shown),
    ]


def nursery_args(
    python: Interpreter, data: Mapping[str, int], shown: Mapping[Path, Path]
) -> list[str]:
    """The same for the process that kernels are copied from, which runs no student's code.

    It sees what they see and where they see it, has their environment, and makes their
    sandboxes: that takes /proc as it is and further user namespaces.
    """
    return [
        *[*user_args(), *system_args(), "--bind", "/proc", "/proc", "--dev", "/dev"],
        *own_args(Limits(), python, data, shown),
    ]


def user_args() -> list[str]:
    """An ordinary user with no rights and no environment."""
    return [
        *["--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"],
        *["--uid", "1000", "--gid", "1000", "--clearenv"],
    ]


def system_args() -> list[str]:
    """What is seen of the system, read-only."""
    return [
        *["--ro-bind", "/usr", "/usr", *system_links()],
        *["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"],
        *["--ro-bind-try", "/etc/fonts", "/etc/fonts"],
    ]


def own_args(
    limits: Limits, python: Interpreter, data: Mapping[str, int], shown: Mapping[Path, Path]
) -> list[str]:
    """The private folders, the interpreter, the small files and the environment."""
    return [
        *[word for path in PRIVATE_FOLDERS for word in private_folder(path, limits)],
        *["--remount-ro", "/dev"],  # it is a file system in memory without a limit
        *python_binds(python, shown),
        *[word for path, given in data.items() for word in ("--ro-bind-data", str(given), path)],
        *["--remount-ro", "/", "--chdir", HOME],
        *environment_args(python),
    ]


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
