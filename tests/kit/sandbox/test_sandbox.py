"""The sandbox shows student code what it needs, and nothing else of this machine."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_code_cell

from autograder.kernel.kernel import Kernel, KernelDied, launch_kernel
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.errors import GraderError
from autograder.model.limits import MIB, Limits
from autograder.sandbox import overlay, seccomp
from autograder.sandbox.bwrap import Interpreter, bwrap_args, guest_environment
from autograder.sandbox.command import GUEST, small_files
from tests.kit.sandbox.processes import running
from tests.kit.submissions import ROOT

LIMITS = Limits(disk_bytes=6 * MIB, file_bytes=4 * MIB, cell_seconds=60.0)
PLANTED = "a-token-of-the-grader-that-nobody-may-see"
NAMESPACES = ("user", "pid", "ipc", "uts", "net", "cgroup", "mnt")
SETTINGS_OF_KERNELS = {
    *["PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE"],
    *["PAGER", "GIT_PAGER", "JPY_PARENT_PID", "JPY_SESSION_NAME", "LC_CTYPE"],
}
GUEST_FILES = ["/kit/autograder/__init__.py"] + [
    f"/kit/autograder/guest/{path.name}" for path in GUEST.glob("*.py")
]
MACHINE = Interpreter(Path("/machine/python"), Path("/machine/venv"), "3.11")
DATA = {"/etc/passwd": 7, "/kit/connection.json": 8}

RULES = seccomp.rules(administrator=os.geteuid() == 0)
THREATS = list(dict.fromkeys(rule.threat for rule in RULES))

Ask = Callable[[str], Any]


@pytest.fixture(scope="module", params=["started", "copied"])
def ask(request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Runs code in one sandboxed kernel; gives what the code calls `answer`."""
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.ExitStack() as opened,
        asyncio.Runner() as runner,
    ):
        patch.setenv("GRADER_TOKEN", PLANTED)
        copied = request.param == "copied"
        warm = opened.enter_context(open_warm_kernels()) if copied else None
        stack = contextlib.ExitStack()
        kernel = runner.run(enter(stack, LIMITS, warm))
        assert kernel.copied == copied
        yield lambda code: runner.run(answer(kernel, code))
        runner.run(leave(stack))


async def enter(
    stack: contextlib.ExitStack, limits: Limits, warm: WarmKernels | None = None
) -> Kernel:
    return stack.enter_context(launch_kernel(limits, warm=warm))


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
    found = binds(bwrap_args(LIMITS, MACHINE, DATA, {}))
    assert found["/machine/python"] == "/opt/python"
    assert found["/machine/venv/lib"] == "/env/lib"


def test_no_argument_but_the_source_of_a_bind_names_a_path_of_this_machine() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    sources = binds(arguments)
    rest = " ".join(word for word in arguments if word not in sources)
    for path in ("/machine", str(ROOT), str(Path.home()), sys.prefix, os.getcwd()):
        assert path not in rest.replace("/home/student", "")


def test_of_the_course_and_the_kit_only_the_guests_files_get_in() -> None:
    sources = {Path(source) for source in binds(bwrap_args(LIMITS, MACHINE, DATA, {}))}
    assert not sources & {ROOT, *ROOT.parents, Path.home()}
    assert not any(ROOT in source.parents for source in sources)
    kit = [path for path in small_files(MACHINE) if path.startswith("/kit/autograder/")]
    assert sorted(kit) == sorted(GUEST_FILES)


def test_nothing_is_bound_in_a_way_that_it_can_be_written() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    assert not {"--bind", "--bind-try", "--dev-bind", "--dev-bind-try"} & set(arguments)
    at = len(arguments) - 1 - arguments[::-1].index("--remount-ro")
    assert arguments[at + 1] == "/", "the root is made read-only behind all mounts"
    assert not any(word.startswith(("--ro-bind", "--tmpfs")) for word in arguments[at:])


def test_proc_is_read_only_and_no_device_maps_memory_that_nobody_counts() -> None:
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    read_only = [arguments[at + 1] for at, word in enumerate(arguments) if word == "--remount-ro"]
    assert set(read_only) == {"/proc", "/dev", "/"}
    assert binds(arguments)["/dev/null"] == "/dev/zero"


def test_every_private_folder_gets_its_size_from_the_limits() -> None:
    arguments = bwrap_args(Limits(disk_bytes=12345), MACHINE, DATA, {})
    folders = [at for at, word in enumerate(arguments) if word == "--tmpfs"]
    assert {arguments[at + 1] for at in folders} == {
        *["/tmp", "/dev/shm", "/home/student", "/run/kernel"],
    }
    assert all(arguments[at - 2 : at] == ["--size", "12345"] for at in folders)


def test_the_environment_is_cleared_and_set_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_TOKEN", PLANTED)
    arguments = bwrap_args(LIMITS, MACHINE, DATA, {})
    assert "--clearenv" in arguments
    assert PLANTED not in arguments
    assert "GRADER_TOKEN" not in arguments


def test_a_python_of_the_system_needs_no_bind_of_its_own() -> None:
    python = Interpreter(Path("/usr"), Path("/usr"), "3.11")
    targets = binds(bwrap_args(LIMITS, python, DATA, {})).values()
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
files = ["/kit/autograder/guest/kernel.py", "/kit/connection.json", "/etc/passwd",
         "/env/pyvenv.cfg", os.__file__]
answer += [file for file in files if not refused(open, file, "a")]
for file in files:
    mode = os.stat(file).st_mode
    refused(os.chmod, file, 0o777)
    answer += [file] * (os.stat(file).st_mode != mode)
answer += [file for file in files if not refused(os.unlink, file)]
"""
    assert ask(code) == []


def test_no_setting_of_the_machines_kernel_can_be_opened_for_writing(ask: Ask) -> None:
    code = """
import os
answer = []
for folder, folders, names in os.walk("/proc"):
    if folder == "/proc":
        folders[:] = [name for name in folders if not name.isdigit()]
    for name in names:
        try:
            os.close(os.open(f"{folder}/{name}", os.O_WRONLY | os.O_NONBLOCK))
        except OSError:
            continue
        answer.append(f"{folder}/{name}")
"""
    assert ask(code) == []


def test_the_rights_of_the_machines_devices_stay(ask: Ask) -> None:
    before = os.stat("/dev/full").st_mode
    code = """
import os
device = os.open("/dev/full", os.O_RDONLY)
before = os.stat("/dev/full").st_mode
for change in (lambda: os.chmod("/dev/full", 0o644), lambda: os.fchmod(device, 0o644)):
    try:
        change()
    except OSError:
        pass
answer = os.stat("/dev/full").st_mode == before
"""
    try:
        assert ask(code) is True
    finally:
        if os.stat("/dev/full").st_mode != before:
            os.chmod("/dev/full", 0o666)


def test_only_harmless_devices_can_be_opened(ask: Ask) -> None:
    code = """
import os, stat
answer = []
for folder, _, names in os.walk("/dev"):
    for path in (f"{folder}/{name}" for name in names):
        kind = os.lstat(path).st_mode
        if stat.S_ISCHR(kind) or stat.S_ISBLK(kind):
            try:
                os.close(os.open(path, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK))
            except OSError:
                continue
            answer.append(path)
"""
    harmless = ("null", "full", "random", "urandom", "tty", "pts/ptmx")
    assert set(ask(code)) <= {f"/dev/{name}" for name in harmless}


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


def test_of_the_kit_only_the_guests_files_are_there(ask: Ask) -> None:
    code = """
import autograder, os
found = {f"{folder}/{name}" for folder, _, names in os.walk("/kit") for name in names}
answer = sorted(found), autograder.__path__[0]
"""
    assert ask(code) == [sorted([*GUEST_FILES, "/kit/connection.json"]), "/kit/autograder"]


def test_proc_shows_only_processes_of_the_sandbox(ask: Ask) -> None:
    code = """
import os
answer = [open(f"/proc/{pid}/comm").read().strip() for pid in os.listdir("/proc") if pid.isdigit()]
"""
    comms = ask(code)
    assert len(comms) == 3, "bwrap or what it left, our first process and the kernel"
    assert {"bwrap", "sleep"} & set(comms)


def test_no_mount_names_a_folder_of_this_machine(ask: Ask) -> None:
    mounts = ask("answer = open('/proc/self/mountinfo').read()")
    assert "/opt/python" in mounts or "/env/lib" in mounts
    for path in (str(ROOT), sys.base_prefix, sys.prefix, str(Path.home()), tempfile.gettempdir()):
        assert f"{path}/" not in mounts.replace("/home/student", ""), path


def test_where_no_namespace_can_be_made_the_folders_are_bound_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(overlay, "possible", lambda: False)
    assert asyncio.run(run_once("import numpy\nanswer = numpy.__name__")) == "numpy"


def test_the_machine_has_another_name_inside(ask: Ask) -> None:
    assert ask("import socket\nanswer = socket.gethostname()") == "sandbox"
    assert socket.gethostname() != "sandbox"


def test_a_traceback_names_no_path_of_this_machine(ask: Ask) -> None:
    code = """
import traceback
import numpy as np
from autograder.guest import answer
shown = []
for fails in (lambda: np.linalg.inv(np.zeros((2, 2))), lambda: answer.call(print, {}, print)):
    try:
        fails()
    except Exception:
        shown.append(traceback.format_exc())
answer = shown
"""
    shown = ask(code)
    assert "/env/lib/" in shown[0]
    assert "/kit/autograder/guest/answer.py" in shown[1]
    for path in (str(ROOT), sys.base_prefix, str(Path.home()), tempfile.gettempdir() + "/auto"):
        assert path not in "".join(shown)


# --- system calls ---------------------------------------------------------------

CALLS = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
answer = []
for numbers in {calls!r}:
    ctypes.set_errno(0)
    done = libc.syscall(*[ctypes.c_ulong(number % 2**64) for number in numbers])
    answer.append(ctypes.get_errno() if done == -1 else -done)
"""


def test_a_filter_of_system_calls_is_on_in_every_process(ask: Ask) -> None:
    code = """
import os, re, subprocess
pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
status = [open(f"/proc/{pid}/status").read() for pid in pids]
status.append(subprocess.run(["cat", "/proc/self/status"], capture_output=True, text=True).stdout)
answer = [re.findall("Seccomp:[^0-9]*([0-9])", text)[0] for text in status]
"""
    assert set(ask(code)) == {"2"}


@pytest.mark.parametrize("threat", THREATS)
def test_every_call_of_a_threat_is_refused(ask: Ask, threat: str) -> None:
    rules = [rule for rule in RULES if rule.threat == threat]
    answers = ask(CALLS.format(calls=[rule.example for rule in rules]))
    failed = [(rule.call, got) for rule, got in zip(rules, answers) if got != rule.error]
    assert failed == []


def test_a_bit_that_the_kernel_ignores_gets_no_call_past_the_filter(ask: Ask) -> None:
    rules, calls = [rule for rule in RULES if rule.arguments], []
    for rule in rules:
        example = rule.example
        for argument in rule.arguments:
            example[1 + argument.place] |= 1 << 32
        calls.append(example)
    answers = ask(CALLS.format(calls=calls))
    assert [rule for rule, got in zip(rules, answers) if got != rule.error] == []


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x32 is a way of x86-64 alone")
def test_a_call_by_the_numbers_of_another_architecture_is_refused(ask: Ask) -> None:
    getpid_of_x32 = 0x40000000 | 39
    assert ask(CALLS.format(calls=[[getpid_of_x32]])) == [errno.EPERM]


@pytest.mark.parametrize(
    "name",
    [
        *["memfd_create", "shmget", "msgget", "mq_open", "ptrace", "process_vm_readv", "bpf"],
        *["pidfd_getfd", "perf_event_open", "userfaultfd", "io_uring_setup", "keyctl", "unshare"],
        *["setns", "mount", "umount2", "move_mount", "fsopen", "pivot_root", "clone", "clone3"],
        *["open_by_handle_at", "kexec_load", "init_module", "socket", "ioctl", "mmap", "seccomp"],
    ],
)
def test_the_important_calls_have_a_number_on_this_machine(name: str) -> None:
    assert name in {rule.call for rule in RULES}


def test_without_libseccomp_a_sandbox_starts_and_has_no_filter(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(seccomp, "compile_filter", lambda *, administrator: None)
    code = "answer = [line for line in open('/proc/self/status') if line.startswith('Seccomp:')]"
    assert asyncio.run(run_once(code)) == ["Seccomp:\t0\n"]


def test_a_missing_library_gives_no_filter_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    seccomp.find_library.cache_clear()
    try:
        assert seccomp.find_library() is None
        assert seccomp.compile_filter.__wrapped__(administrator=True) is None
        assert seccomp.rules(administrator=True) == []
    finally:
        seccomp.find_library.cache_clear()


def test_only_an_administrators_sandbox_ignores_changes_of_rights() -> None:
    theirs = {rule.call for rule in seccomp.rules(administrator=True)}
    assert theirs - {rule.call for rule in seccomp.rules(administrator=False)} >= {"chmod"}


# --- memory that belongs to no process, or to none that can be seen -------------

SMALL = Limits(memory_bytes=384 * MIB, cell_seconds=60.0)


def cause_of(code: str) -> str:
    """The key of the cause that a cell ended its kernel for."""
    with pytest.raises(KernelDied) as death:
        asyncio.run(run_once(f"{code}\nimport time\ntime.sleep(30)\nanswer = 0", SMALL))
    return death.value.cause.key


def test_memory_of_a_process_without_its_first_thread_counts() -> None:
    source = """
import ctypes, threading, time
def work():
    kept = b"x" * (250 << 20)
    time.sleep(50)
threading.Thread(target=work).start()
ctypes.CDLL(None).pthread_exit(None)
"""
    code = f"""
import subprocess, sys
kept = [subprocess.Popen([sys.executable, "-c", {source!r}]) for _ in range(2)]
"""
    assert cause_of(code) == "cause_memory"


def test_empty_files_count() -> None:
    code = """
import os
os.mkdir("/tmp/many")
for number in range(400_000):
    os.close(os.open(f"/tmp/many/{number}", os.O_CREAT))
"""
    assert cause_of(code) == "cause_memory"


def test_locks_on_files_count() -> None:
    code = """
import fcntl
kept = []
for number in range(200):
    kept.append(open(f"/tmp/locked-{number}", "w"))
    for place in range(1000):
        fcntl.lockf(kept[-1], fcntl.LOCK_EX, 1, 2 * place)
"""
    assert cause_of(code) == "cause_memory"


def test_what_waits_in_sockets_counts() -> None:
    code = """
import os, socket, time
kept = []
for _ in range(12):
    if os.fork() == 0:
        for _ in range(200):
            kept += socket.socketpair()
            kept[-1].setblocking(False)
            try:
                while True:
                    kept[-1].send(bytes(1 << 16))
            except BlockingIOError:
                pass
        time.sleep(50)
"""
    assert cause_of(code) == "cause_memory"


def test_what_waits_in_connections_counts() -> None:
    code = """
import socket
server, kept = socket.create_server(("127.0.0.1", 0)), []
for _ in range(200):
    kept.append(socket.create_connection(server.getsockname()))
    kept.append(server.accept()[0])
    kept[-1].setblocking(False)
    try:
        while True:
            kept[-1].send(bytes(1 << 16))
    except BlockingIOError:
        pass
"""
    assert cause_of(code) == "cause_memory"


def test_shared_memory_can_not_outlive_its_mapping(ask: Ask) -> None:
    code = """
import mmap
answer = []
try:
    mmap.mmap(-1, 1 << 20)
except OSError as error:
    answer.append(error.errno)
try:
    open("/dev/zero", "r+b")
except OSError as error:
    answer.append(error.errno)
mmap.mmap(-1, 1 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
"""
    assert ask(code) == [errno.EPERM, errno.EACCES]


def test_what_a_process_may_hold_is_limited(ask: Ask) -> None:
    code = """
import resource
names = ("AS", "DATA", "FSIZE", "CORE", "NPROC", "NOFILE", "MEMLOCK", "MSGQUEUE", "SIGPENDING")
answer = [resource.getrlimit(getattr(resource, f"RLIMIT_{name}")) for name in names]
"""
    memory, files, processes = LIMITS.memory_bytes, LIMITS.file_bytes, LIMITS.processes
    most = [2 * memory, memory, files, 0, 8 * processes, 512, 0, 0, 1024]
    assert ask(code) == [[value, value] for value in most]


# --- what honest code does ------------------------------------------------------

HONEST = {
    "threads": """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    answer = list(pool.map(abs, [-1, 2])) == [1, 2]
""",
    "a subprocess": """
import subprocess
answer = "usr" in subprocess.run(["ls", "/"], capture_output=True, text=True).stdout.split()
""",
    "a shell line": "answer = get_ipython().getoutput('echo out') == ['out']",
    "a pool of forks": """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    answer = pool.map(abs, [-1, 2]) == [1, 2]
""",
    "spawned processes": """
import multiprocessing
with multiprocessing.get_context("spawn").Pool(1) as pool:
    answer = pool.map(abs, [-1, 2]) == [1, 2]
""",
    "shared memory": """
from multiprocessing import shared_memory
block = shared_memory.SharedMemory(create=True, size=1000)
block.buf[0] = 7
answer = block.buf[0] == 7
block.close()
block.unlink()
""",
    "shared values": """
import multiprocessing
context = multiprocessing.get_context("fork")
value = context.Value("i", 0)
def work():
    with value:
        value.value += 1
started = [context.Process(target=work) for _ in range(2)]
for process in started: process.start()
for process in started: process.join()
answer = value.value == 2
""",
    "a saved plot": """
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig("/tmp/plot.png")
plt.close()
answer = b"PNG" in open("/tmp/plot.png", "rb").read(4)
""",
    "linear algebra": """
import numpy as np
matrix = np.eye(300) * 2
answer = bool(np.allclose(np.linalg.inv(matrix) @ matrix, np.eye(300)))
""",
    "temporary files": """
import tempfile
with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile(dir=folder) as file:
    answer = file.write(b"1") == 1
""",
    "copied files": """
import shutil
with open("one.txt", "w") as file:
    file.write("1")
answer = shutil.copy2("one.txt", "two.txt") == "two.txt"
""",
    "asyncio": """
import asyncio
async def echo():
    child = await asyncio.create_subprocess_exec("echo", "out", stdout=asyncio.subprocess.PIPE)
    return (await child.communicate())[0]
answer = (await echo()).startswith(b"out")
""",
    "sqlite": """
import sqlite3
answer = sqlite3.connect("/tmp/data").execute("select 1").fetchall() == [(1,)]
""",
    "a lookup without a network": """
import socket
try:
    socket.getaddrinfo("example.org", 80)
except socket.gaierror:
    answer = True
""",
}


@pytest.mark.parametrize("what", HONEST)
def test_honest_code_does_not_meet_the_walls(ask: Ask, what: str) -> None:
    assert ask(HONEST[what]) is True


def test_what_a_forked_process_prints_is_seen() -> None:
    code = """
import multiprocessing, time
child = multiprocessing.get_context("fork").Process(target=print, args=("from a child",))
child.start()
child.join()
time.sleep(1)
"""

    async def work() -> str:
        with launch_kernel(LIMITS) as kernel:
            cell = new_code_cell(code)
            await kernel.run(cell)
            return "".join(output.get("text", "") for output in cell.outputs)

    assert asyncio.run(work()) == "from a child\n"


# --- what is left behind --------------------------------------------------------

SPAWN = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", {marker!r}],
                 start_new_session=True)
answer = True
"""


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
from autograder.kernel.kernel import launch_kernel
from autograder.model.limits import Limits
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


def test_without_a_sandbox_nothing_is_left_behind_either() -> None:
    async def start() -> list[psutil.Process]:
        with launch_kernel(LIMITS, unsandboxed=True) as kernel:
            kernel.snapshot()
            return psutil.Process(kernel.sandbox.process.pid).children(recursive=True)

    started = asyncio.run(start())
    assert len(started) == 2, "the kernel and its copy"
    assert wait_until(lambda: not any(process.is_running() for process in started))


# --- without a sandbox ----------------------------------------------------------


def test_without_bubblewrap_nothing_runs_and_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert_nothing_runs(tmp_path, "sudo apt-get install bubblewrap")


def test_a_failing_bubblewrap_is_quoted_and_nothing_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: no namespaces today' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert_nothing_runs(tmp_path, "no namespaces today")


def assert_nothing_runs(folder: Path, complaint: str) -> None:
    """A cell that would leave a file in the folder does not run, and the grader says why."""
    touched = folder / "touched"
    with pytest.raises(GraderError, match=complaint):
        asyncio.run(run_once(f"answer = open({str(touched)!r}, 'w').write('x')"))
    assert not touched.exists()


def test_a_kernel_without_a_sandbox_runs_only_when_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    code = "import os\nanswer = os.readlink('/proc/self/ns/pid')"
    assert asyncio.run(run_once(code, unsandboxed=True)) == os.readlink("/proc/self/ns/pid")
