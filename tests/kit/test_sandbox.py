"""The sandbox shows student code what it needs, and nothing else of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from autograder.errors import GraderError
from autograder.kernel import Kernel, launch_kernel
from autograder.limits import MIB, Limits
from autograder.sandbox import Files, Interpreter, bwrap_args, guest_environment
from tests.kit.submissions import ROOT

LIMITS = Limits(disk_bytes=6 * MIB, file_bytes=4 * MIB, cell_seconds=60.0)
PLANTED = "a-token-of-the-grader-that-nobody-may-see"
NAMESPACES = ("user", "pid", "ipc", "uts", "net", "cgroup", "mnt")
SETTINGS_OF_KERNELS = {
    *["PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE"],
    *["PAGER", "GIT_PAGER", "JPY_PARENT_PID", "JPY_SESSION_NAME", "LC_CTYPE"],
}
MACHINE = Interpreter(Path("/machine/python"), Path("/machine/venv"), "3.11")
FILES = Files(Path("/machine/files"), Path("/machine/cache/fontlist-v1.json"))

Ask = Callable[[str], Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Runs code in one sandboxed kernel; gives what the code calls `answer`."""
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner() as runner:
        patch.setenv("GRADER_TOKEN", PLANTED)
        stack = contextlib.ExitStack()
        kernel = runner.run(enter(stack, LIMITS))
        yield lambda code: runner.run(answer(kernel, code))
        runner.run(leave(stack))


async def enter(stack: contextlib.ExitStack, limits: Limits) -> Kernel:
    return stack.enter_context(launch_kernel(limits))


async def leave(stack: contextlib.ExitStack) -> None:
    stack.close()


async def answer(kernel: Kernel, code: str) -> Any:
    cell = new_code_cell(f"{code}\nimport json as _json\nprint(_json.dumps(answer))")
    await kernel.run(cell)
    said = "".join(output.get("text", "") for output in cell.outputs)
    assert said.endswith("\n"), cell.outputs
    return json.loads(said)


async def run_once(code: str, limits: Limits = LIMITS, *, unsandboxed: bool = False) -> Any:
    with launch_kernel(limits, unsandboxed=unsandboxed) as kernel:
        return await answer(kernel, code)


# --- the arguments, without a sandbox -------------------------------------------


def binds(arguments: list[str]) -> dict[str, str]:
    """Where each bound path is seen, by where it lies."""
    places = [at for at, word in enumerate(arguments) if word.startswith("--ro-bind")]
    return {arguments[at + 1]: arguments[at + 2] for at in places}


def test_interpreter_and_packages_are_seen_under_paths_that_say_nothing() -> None:
    found = binds(bwrap_args(LIMITS, MACHINE, FILES))
    assert found["/machine/python"] == "/opt/python"
    assert found["/machine/venv/lib"] == "/env/lib"


def test_no_argument_but_the_source_of_a_bind_names_a_path_of_this_machine() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, FILES)
    sources = binds(arguments)
    rest = " ".join(word for word in arguments if word not in sources)
    for path in ("/machine", str(ROOT), str(Path.home()), sys.prefix, os.getcwd()):
        assert path not in rest.replace("/home/student", "")


def test_of_the_course_and_the_kit_only_the_three_files_of_the_wire_are_bound() -> None:
    package = ROOT / "autograder"
    sources = binds(bwrap_args(LIMITS, MACHINE, FILES))
    bound = {Path(source) for source in sources if ROOT in Path(source).parents}
    assert bound == {package / name for name in ("__init__.py", "guest.py", "wire.py")}
    assert not any(Path(source) in (ROOT, *ROOT.parents) for source in sources)
    assert str(Path.home()) not in sources


def test_nothing_is_bound_in_a_way_that_it_can_be_written() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, FILES)
    assert not {"--bind", "--bind-try", "--dev-bind", "--dev-bind-try"} & set(arguments)
    at = len(arguments) - 1 - arguments[::-1].index("--remount-ro")
    assert arguments[at + 1] == "/", "the root is made read-only behind all mounts"
    assert not any(word.startswith(("--ro-bind", "--tmpfs")) for word in arguments[at:])


def test_every_private_folder_gets_its_size_from_the_limits() -> None:
    arguments = bwrap_args(Limits(disk_bytes=12345), MACHINE, FILES)
    folders = [at for at, word in enumerate(arguments) if word == "--tmpfs"]
    assert {arguments[at + 1] for at in folders} == {
        *["/tmp", "/dev/shm", "/home/student", "/run/kernel"],
    }
    assert all(arguments[at - 2 : at] == ["--size", "12345"] for at in folders)


def test_the_environment_is_cleared_and_set_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", PLANTED)
    arguments = bwrap_args(LIMITS, MACHINE, FILES)
    assert "--clearenv" in arguments
    assert PLANTED not in arguments
    assert "GRADER_TOKEN" not in arguments


def test_a_python_of_the_system_needs_no_bind_of_its_own() -> None:
    python = Interpreter(Path("/usr"), Path("/usr"), "3.11")
    targets = binds(bwrap_args(LIMITS, python, Files(Path("/machine/files")))).values()
    assert python.inner_python == "/usr/bin/python3.11"
    assert not {"/opt/python", "/env/lib"} & set(targets)


# --- as it is felt from inside --------------------------------------------------


def test_there_is_no_network(ask: Ask) -> None:
    assert ask("import socket\nanswer = [name for _, name in socket.if_nameindex()]") == ["lo"]
    abstract = f"\0autograder-test-{os.getpid()}"
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as other:
        other.bind(abstract)
        other.listen()
        places = [("127.0.0.1", server.getsockname()[1]), ("192.0.2.1", 80), abstract]
        code = f"""
import socket
answer = []
for place in {places!r}:
    with socket.socket(socket.AF_UNIX if isinstance(place, str) else socket.AF_INET) as tried:
        tried.settimeout(5)
        answer.append(tried.connect_ex(place) != 0)
"""
        assert ask(code) == [True, True, True]


def test_there_are_no_rights_to_gain_or_to_use(ask: Ask) -> None:
    code = """
with open("/proc/self/status") as file:
    lines = [line.split() for line in file]
answer = {words[0]: words[1] for words in lines if words[0].startswith(("Cap", "NoNewPrivs"))}
"""
    found = ask(code)
    assert found.pop("NoNewPrivs:") == "1"
    assert set(found) == {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"}
    assert {int(value, 16) for value in found.values()} == {0}


def test_the_user_is_an_ordinary_one(ask: Ask) -> None:
    answered = ask("import os\nanswer = [os.getresuid(), os.getresgid(), os.path.expanduser('~')]")
    assert answered == [[1000] * 3, [1000] * 3, "/home/student"]


def test_every_namespace_is_another_than_the_machines(ask: Ask) -> None:
    code = f"import os\nanswer = {{n: os.readlink('/proc/self/ns/' + n) for n in {NAMESPACES!r}}}"
    inside = ask(code)
    for name in NAMESPACES:
        assert inside[name] != os.readlink(f"/proc/self/ns/{name}"), name


def test_no_further_user_namespace_can_be_made(ask: Ask) -> None:
    code = """
import ctypes, subprocess
new_user_namespace = 0x10000000
refused = ctypes.CDLL(None).unshare(new_user_namespace) == -1
command = ["unshare", "--user", "true"]
answer = refused and subprocess.run(command, capture_output=True).returncode != 0
"""
    assert ask(code) is True


def test_the_system_is_read_only(ask: Ask) -> None:
    code = """
import os
def refused(action, *arguments):
    try:
        action(*arguments)
    except OSError:
        return True
    return False
folders = ["/", "/usr", "/usr/bin", "/etc", "/env", "/env/lib", "/opt", "/kit", "/kit/autograder",
           "/dev", "/run", "/home", "/proc", os.path.dirname(os.__file__)]
answer = [folder for folder in folders if not refused(open, folder + "/probe", "w")]
files = ["/kit/autograder/guest.py", "/kit/connection.json", "/etc/passwd", "/env/pyvenv.cfg",
         os.__file__]
answer += [file for file in files if not refused(open, file, "a")]
answer += [file for file in files if not refused(os.chmod, file, 0o777)]
answer += [file for file in files if not refused(os.unlink, file)]
"""
    assert ask(code) == []


@pytest.mark.parametrize("folder", ["/tmp", "/home/student", "/dev/shm", "/run/kernel"])
def test_a_private_folder_holds_no_more_than_allowed(ask: Ask, folder: str) -> None:
    code = f"""
import errno, os
written, paths, answer = 0, [], None
try:
    for number in range(32):
        paths.append(f"{folder}/probe-{{number}}")
        with open(paths[-1], "wb", 0) as file:
            written += file.write(bytes(1 << 20))
except OSError as error:
    answer = [errno.errorcode[error.errno], written]
for path in paths:
    os.unlink(path)
"""
    reason, written = ask(code)
    assert reason == "ENOSPC"
    assert MIB <= written <= LIMITS.disk_bytes


def test_a_single_file_is_no_larger_than_allowed(ask: Ask) -> None:
    code = """
import errno, os
try:
    with open("/tmp/probe", "wb", 0) as file:
        for _ in range(8):
            file.write(bytes(1 << 20))
except OSError as error:
    answer = [errno.errorcode[error.errno], os.path.getsize("/tmp/probe")]
os.unlink("/tmp/probe")
"""
    assert ask(code) == ["EFBIG", LIMITS.file_bytes]


def test_nothing_of_the_graders_environment_is_passed_on(ask: Ask) -> None:
    known = {*guest_environment("", ""), "PATH", "PWD", "LD_LIBRARY_PATH", *SETTINGS_OF_KERNELS}
    assert set(ask("import os\nanswer = list(os.environ)")) <= known
    code = """
import glob
answer = ""
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        answer += open(path).read()
    except OSError:
        pass
"""
    assert PLANTED not in ask(code)


def test_no_test_solution_or_gradebook_is_anywhere(ask: Ask) -> None:
    code = """
import os
secret = {"test_softmax.py", "test_top_k.py", "gradebook.db", "next_token.ipynb", "next_token.py"}
answer = []
for folder, folders, names in os.walk("/"):
    if folder == "/proc" or folder.endswith("/site-packages/nbgrader"):  # has examples of its own
        folders.clear()
    answer += [f"{folder}/{name}" for name in secret.intersection(names + folders)]
"""
    assert ask(code) == []


def test_of_the_kit_only_three_files_are_there(ask: Ask) -> None:
    code = """
import autograder, os
found = {f"{folder}/{name}" for folder, _, names in os.walk("/kit") for name in names}
answer = [sorted(found), sorted(set(os.listdir(autograder.__path__[0])))]
"""
    kit, package = ask(code)
    assert package == ["__init__.py", "guest.py", "wire.py"]
    assert kit == [f"/kit/autograder/{name}" for name in package] + ["/kit/connection.json"]


def test_proc_shows_only_processes_of_the_sandbox(ask: Ask) -> None:
    code = """
import os
answer = [open(f"/proc/{pid}/comm").read().strip() for pid in os.listdir("/proc") if pid.isdigit()]
"""
    comms = ask(code)
    assert len(comms) == 2
    assert "bwrap" in comms


def test_the_machine_has_another_name_inside(ask: Ask) -> None:
    assert ask("import socket\nanswer = socket.gethostname()") == "sandbox"
    assert socket.gethostname() != "sandbox"


def test_a_traceback_names_no_path_of_this_machine(ask: Ask) -> None:
    code = """
import traceback
import numpy as np
from autograder import guest
shown = []
for fails in (lambda: np.linalg.inv(np.zeros((2, 2))), lambda: guest.call(print, {})):
    try:
        fails()
    except Exception:
        shown.append(traceback.format_exc())
answer = shown
"""
    shown = ask(code)
    assert "/env/lib/" in shown[0]
    assert "/kit/autograder/guest.py" in shown[1]
    for path in (str(ROOT), sys.base_prefix, str(Path.home()), tempfile.gettempdir() + "/auto"):
        assert path not in "".join(shown)


# --- what is left behind --------------------------------------------------------

SPAWN = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", {marker!r}],
                 start_new_session=True)
answer = True
"""


def running(marker: str) -> list[int]:
    """The processes of this machine that have `marker` among their arguments."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if marker.encode() in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
    return found


def wait_until(condition: Callable[[], bool]) -> bool:
    """Whether the condition holds before long; the kernel ends processes in its own time."""
    for _ in range(200):
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_nothing_of_a_sandbox_is_left_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    marker = f"marker-of-a-left-child-{os.getpid()}"

    async def spawn() -> None:
        with launch_kernel(LIMITS) as kernel:
            assert await answer(kernel, SPAWN.format(marker=marker))
            assert wait_until(lambda: len(running(marker)) == 1)
            assert list(tmp_path.iterdir())

    asyncio.run(spawn())
    assert wait_until(lambda: not running(marker))
    assert list(tmp_path.iterdir()) == []


GRADER = """
import asyncio, sys, time
from nbformat.v4 import new_code_cell
from autograder.kernel import launch_kernel
from autograder.limits import Limits
async def main():
    with launch_kernel(Limits()) as kernel:
        await kernel.run(new_code_cell(sys.argv[1]))
        print("ready", flush=True)
        time.sleep(600)
asyncio.run(main())
"""


def test_a_killed_grader_leaves_nothing_running() -> None:
    marker = f"marker-of-an-orphan-{os.getpid()}"
    command = [sys.executable, "-c", GRADER, SPAWN.format(marker=marker)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        assert grader.stdout.readline() == "ready\n"
        assert wait_until(lambda: len(running(marker)) == 1)
        grader.send_signal(signal.SIGKILL)
    assert wait_until(lambda: not running(marker))


# --- without a sandbox ----------------------------------------------------------


def test_without_bubblewrap_nothing_runs_and_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    touched = tmp_path / "touched"
    with pytest.raises(GraderError, match="sudo apt-get install bubblewrap"):
        asyncio.run(run_once(f"answer = open({str(touched)!r}, 'w').write('x')"))
    assert not touched.exists()


def test_a_failing_bubblewrap_is_quoted_and_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: no namespaces today' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    touched = tmp_path / "touched"
    with pytest.raises(GraderError, match="no namespaces today"):
        asyncio.run(run_once(f"answer = open({str(touched)!r}, 'w').write('x')"))
    assert not touched.exists()


def test_a_kernel_without_a_sandbox_runs_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code = "import os\nanswer = os.readlink('/proc/self/ns/pid')"
    assert asyncio.run(run_once(code, unsandboxed=True)) == os.readlink("/proc/self/ns/pid")
