"""The command that makes a sandbox, and the small files and descriptors that it is given."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograder.files import PACKAGE
from autograder.model.errors import GraderError
from autograder.model.limits import Limits
from autograder.sandbox import overlay, seccomp
from autograder.sandbox.bwrap import HOME, Interpreter, bwrap_args, nursery_args
from autograder.sandbox.fonts import font_list

INSTALL = "Install it with: sudo apt-get install bubblewrap"
PASSWD = "student:x:1000:1000::/home/student:/bin/sh\n"
GUEST = PACKAGE / "guest"  # all of the kit that is beside student code


@dataclass(frozen=True, slots=True)
class Program:
    """What the guest is started with: its arguments, and files by their path in the sandbox."""

    arguments: list[str]
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Command:
    """A call of bwrap, and the descriptors that it reads: close them once it has started."""

    argv: list[str]
    given: list[int]
    rules: int | None = None  # the one that holds the filter of system calls

    def close(self) -> None:
        """Close the descriptors."""
        for descriptor in self.given:
            os.close(descriptor)


def direct_command(program: Program, limits: Limits, folder: Path, info: int) -> Command:
    """bwrap with the guest in it; it writes to `info` which process it made.

    `folder` is empty.
    """
    python = Interpreter.current()
    shown = stand_ins(python, folder) if overlay.possible() else {}
    made = sandbox_command(program, limits, shown)
    argv = [made.argv[0], "--info-fd", str(info), *made.argv[1:], "--"]
    argv += guest_command(python.inner_python, program.arguments)
    return Command(nameless(argv, shown, folder), made.given)


def inner_command(program: Program, limits: Limits) -> Command:
    """bwrap up to the command, as the preloaded process calls it: it sees a sandbox's paths."""
    inner = Interpreter.current().folders.items()
    return sandbox_command(program, limits, {folder: Path(seen) for folder, seen in inner})


def sandbox_command(program: Program, limits: Limits, shown: Mapping[Path, Path]) -> Command:
    """bwrap up to the command, with the files of the program."""
    python = Interpreter.current()
    data = memory_files(small_files(python) | dict(program.files))
    # bwrap may be the sandbox's first process, and students can read that one's arguments and
    # environment: the arguments name this machine's folders, the environment may hold secrets
    given = [list_args(bwrap_args(limits, python, data, shown)), *data.values()]
    argv = [find_bwrap(), "--args", str(given[0])]
    if (rules := seccomp.compile_filter(administrator=os.geteuid() == 0)) is None:
        return Command(argv, given)
    given.append(hand_over(rules))
    return Command([*argv, "--seccomp", str(given[-1])], given, given[-1])


def nursery_command(arguments: list[str], folder: Path) -> Command:
    """bwrap with the process that kernels are copied from; `folder` is empty."""
    python = Interpreter.current()
    shown = stand_ins(python, folder) if overlay.possible() else {}
    data = memory_files(small_files(python))
    given = [list_args(nursery_args(python, data, shown)), *data.values()]
    argv = [find_bwrap(), "--args", str(given[0]), "--"]
    argv += guest_command(python.inner_python, arguments)
    return Command(nameless(argv, shown, folder), given)


def guest_command(python: str, arguments: list[str]) -> list[str]:
    """The command that starts the guest."""
    return [python, "-P", "-m", "autograder.guest", *arguments]


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


def nameless(argv: list[str], shown: Mapping[Path, Path], folder: Path) -> list[str]:
    """The command behind the one that shows folders without their names, if there are any."""
    if not shown:
        return argv
    (empty := folder / "empty").mkdir()
    return overlay.nameless(argv, shown, empty)


def memory_files(contents: Mapping[str, bytes]) -> dict[str, int]:
    """A descriptor for each content."""
    return {path: hand_over(content) for path, content in contents.items()}


def list_args(arguments: list[str]) -> int:
    """A descriptor from which bwrap reads its arguments, each ended by a zero byte."""
    return hand_over(b"".join(os.fsencode(argument) + b"\0" for argument in arguments))


def hand_over(content: bytes) -> int:
    """A descriptor from which bwrap reads `content`."""
    given = os.memfd_create("bwrap")
    os.write(given, content)
    os.lseek(given, 0, os.SEEK_SET)
    return given


def find_bwrap() -> str:
    """The path of bwrap; raises GraderError with a way to install it."""
    if path := shutil.which("bwrap"):
        return path
    raise GraderError(
        "bubblewrap (the command bwrap) is missing, and student code is never run without it.\n"
        + INSTALL
    )
