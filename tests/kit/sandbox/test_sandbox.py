"""The sandbox shows student code what it needs, and nothing else of this machine."""

from __future__ import annotations

import asyncio
import errno
import os
import platform
import socket
import sys
import tempfile
from pathlib import Path

import pytest

from autograder.model.limits import MIB
from autograder.sandbox import overlay, seccomp
from autograder.sandbox.bwrap import guest_environment
from tests.kit.sandbox.kernels import GUEST_FILES, LIMITS, PLANTED, Ask, run_once
from tests.kit.submissions import ROOT

NAMESPACES = ("user", "pid", "ipc", "uts", "net", "cgroup", "mnt")
SETTINGS_OF_KERNELS = {
    *["PYDEVD_USE_FRAME_EVAL", "TERM", "CLICOLOR", "FORCE_COLOR", "CLICOLOR_FORCE"],
    *["PAGER", "GIT_PAGER", "JPY_PARENT_PID", "JPY_SESSION_NAME", "LC_CTYPE"],
}

RULES = seccomp.rules(administrator=os.geteuid() == 0)
THREATS = list(dict.fromkeys(rule.threat for rule in RULES))


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
