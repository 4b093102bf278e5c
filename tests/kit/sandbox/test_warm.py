"""A kernel that was copied into its sandbox is the kernel that would have been started there."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.kernel.execute import run_notebook
from autograder.kernel.kernel import KernelDied, launch_kernel
from autograder.kernel.warm import WarmKernels, open_warm_kernels
from autograder.model.limits import MIB, Limits
from autograder.sandbox import command
from autograder.student.budget import Budget
from autograder.student.proxy import Student
from autograder.student.transport import WorkerTransport
from tests.kit.sandbox import greedy
from tests.kit.sandbox.kernels import answer
from tests.kit.sandbox.processes import running, wait_until
from tests.kit.submissions import ROOT
from tests.kit.tiny import tag

LIMITS = Limits(cell_seconds=60.0)
SMALL = LIMITS.override({"memory_bytes": 512 * MIB, "processes": 20})


@pytest.fixture(scope="module")
def warm() -> Iterator[WarmKernels]:
    """One preloaded process for all tests that do it no harm."""
    with open_warm_kernels() as opened:
        yield opened


def ask(warm: WarmKernels | None, code: str, limits: Limits = LIMITS) -> Any:
    """What the code calls `answer`, in a kernel of its own."""

    async def run() -> Any:
        with launch_kernel(limits, warm=warm) as kernel:
            assert kernel.copied == (warm is not None)
            return await answer(kernel, code)

    return asyncio.run(run())


async def is_copied(warm: WarmKernels) -> bool:
    """Whether a kernel is copied, and not started directly; in either case it answers."""
    with launch_kernel(LIMITS, warm=warm) as kernel:
        assert await answer(kernel, "answer = 7") == 7
        return kernel.copied


def copied(warm: WarmKernels) -> bool:
    return asyncio.run(is_copied(warm))


def preloaded() -> psutil.Process:
    """The preloaded process that this one has started last."""
    bwrap = max(psutil.Process().children(), key=psutil.Process.create_time)
    assert wait_until(lambda: names_of(bwrap)[:1] == ["python"])
    return bwrap.children()[0]


# --- the same notebook ----------------------------------------------------------

CELLS = [
    # before anything is imported
    """
import os, sys, threading
print(os.getpid(), os.getppid(), os.getcwd(), __name__, sorted(os.environ.items()))
print(sys.path, sys.flags, sys.executable, sys.argv[0], sys.argv[2:3], sys.getrecursionlimit())
print(threading.Thread().name, get_ipython().history_manager.session_number)
print({letter for letter in "sets in their order"}, {("a", 1), ("b", 2)}, hash("text"))
""",
    "1 / 0",
    """
depth = 0
def count():
    global depth
    depth += 1
    count()
try:
    count()
except RecursionError:
    print(depth)
""",
    """
import numpy as np
np.linalg.inv(np.zeros((2, 2)))
""",
    "print(np.get_printoptions(), np.geterr())\nnp.random.seed(3)\nnp.random.rand(3)",
    "import random\nrandom.seed(3)\nprint(random.random(), random.gauss(0, 1))",
    "import warnings\nwarnings.warn('once')\nprint(warnings.filters)",
    "np.array([1.0]) / 0",
    "import matplotlib\nprint(sorted((k, str(v)) for k, v in matplotlib.rcParams.items()))",
    """
import matplotlib.pyplot as plt
print(plt.get_fignums(), plt.get_backend(), plt.isinteractive())
figure, axes = plt.subplots()
axes.plot([1, 3, 2], label="$x^2$")
axes.set_title("A title")
axes.legend()
print(figure.number)
""",
    "plt.plot([3, 1])\nplt.gcf()",
    """
plt.title("Größe: 3,7 < π", fontfamily="serif", style="italic")
plt.xlabel(r"$\\int_0^1 \\alpha^{7}\\,dx$", fontweight="bold")
plt.gcf()
""",
    "import logging\nlogging.warning('told')\nlogging.getLogger().handlers",
    "import argparse\nargparse.ArgumentParser().parse_args(['--unknown'])",
    "%matplotlib inline\n%whos\n%timeit -n1 -r1 pass",
    "import asyncio, multiprocessing\nprint(multiprocessing.current_process())",
    "asyncio.current_task().get_name()",
    "!echo out; pwd",
    "open('/missing')",
    "import signal\n[str(signal.getsignal(number)) for number in sorted(signal.valid_signals())]",
    "import missing_module",
    "%%writefile mine.py\nvalue = 7",
    "import mine\nprint(mine.value, mine.__file__)",
]


def test_a_notebook_has_the_same_outputs(warm: WarmKernels) -> None:
    """Also pictures, tracebacks, and the depth of a recursion that Python ends."""
    assert outputs(CELLS, warm) == outputs(CELLS, None)


def outputs(cells: list[str], warm: WarmKernels | None) -> list[Any]:
    notebook = new_notebook(cells=[new_code_cell(cell) for cell in cells])
    with run_notebook(notebook, LIMITS, warm=warm) as run:
        assert run.kernel.copied == (warm is not None)
        assert run.remarks == []
    # what %timeit measures is another number each time
    return [cell.outputs for cell in notebook.cells if "timeit" not in cell.source]


def test_a_process_looks_the_same_from_inside(warm: WarmKernels) -> None:
    code = """
import ctypes, os
libc, died = ctypes.CDLL(None), ctypes.c_int()
libc.prctl(2, ctypes.byref(died))  # PR_GET_PDEATHSIG
changing = ("Vm", "Rss", "FDSize", "Pid", "PPid", "voluntary", "nonvoluntary", "Threads",
            "NSpgid", "NSsid")
def lines(path):
    with open(path) as file:
        return [line for line in file.read().splitlines() if not line.startswith(changing)]
def kinds(process):
    found = []
    for name in os.listdir(f"/proc/{process}/fd"):
        try:
            found.append(os.readlink(f"/proc/{process}/fd/{name}").split("[")[0])
        except OSError:
            pass
    return sorted(kind for kind in found if not kind.endswith("-journal"))
answer = {
    "dumpable, name, securebits and so on": [libc.prctl(n, 0, 0, 0, 0) for n in (3, 16, 27, 39)],
    "signal at the parent's end": died.value,
    "status": lines("/proc/self/status"),
    "limits": [lines("/proc/self/limits"), lines("/proc/2/limits")],
    "users": [lines("/proc/self/" + name) for name in ("uid_map", "gid_map", "setgroups")],
    "first process": [lines("/proc/2/status"), kinds(2)],
    "descriptors": sorted(set(kinds("self"))),
    "mounts": sorted(line.split(" ", 4)[4] for line in lines("/proc/self/mountinfo")),
    "folders": [os.readlink(f"/proc/self/{name}") for name in ("cwd", "root", "exe")],
    "own session": os.getsid(0) in (1, 2),
    "files": sorted(os.path.join(top, name) for place in ("/home", "/tmp", "/run", "/kit", "/etc")
                    for top, folders, names in os.walk(place) for name in folders + names
                    if not name.endswith(("-journal", "-wal", "-shm"))),
    "scheduling": [os.nice(0), sorted(os.sched_getaffinity(0)), lines("/proc/self/oom_score_adj")],
}
"""
    started, copy = ask(None, code), ask(warm, code)
    for name in started:
        assert copy[name] == started[name], name


def test_a_mapped_file_has_the_path_that_the_sandbox_shows(warm: WarmKernels) -> None:
    code = """
answer = sorted({line.split()[-1] for line in open("/proc/self/maps") if "/" in line})
"""
    paths = ask(warm, code)
    assert any("/env/lib/" in path or "/opt/python/" in path for path in paths)
    assert all(path.startswith(("/usr/", "/lib", "/env/lib/", "/opt/python/")) for path in paths)


# --- what copies must not share -------------------------------------------------

DRAWN = """
import multiprocessing, os, random, secrets, tempfile, uuid
import numpy as np
answer = [random.random(), float(np.random.rand()), float(np.random.default_rng().random()),
          str(np.random.get_bit_generator().seed_seq.entropy), secrets.token_hex(8),
          multiprocessing.current_process().authkey.hex(), str(uuid.uuid4()), str(uuid.uuid1()),
          next(tempfile._get_candidate_names()), os.urandom(8).hex(),
          get_ipython().kernel.session.session]
"""


def test_no_two_copies_draw_the_same(warm: WarmKernels) -> None:
    first, second = ask(warm, DRAWN), ask(warm, DRAWN)
    assert not set(first) & set(second)


def test_no_copy_remembers_what_another_one_was_told(warm: WarmKernels) -> None:
    """The key of a kernel's messages is the one secret that a request holds."""
    code = """
def count(first, second):
    found = 0
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
        for line in maps:
            begin, end = (int(word, 16) for word in line.split()[0].split("-"))
            if line.split()[1].startswith("rw") and "[v" not in line:
                memory.seek(begin)
                held = memory.read(end - begin) or b""
                at = held.find(first)
                while at >= 0:
                    found += held[at + len(first):].startswith(second)
                    at = held.find(first, at + 1)
    return found
answer = [count(*halves) for halves in HALVES]
"""

    async def run() -> None:
        with launch_kernel(LIMITS, warm=warm) as one, launch_kernel(LIMITS, warm=warm) as other:
            keys = [kernel.client.session.key for kernel in (one, other)]
            halves = [(key[:16], key[16:]) for key in keys]
            theirs, own = await answer(other, f"HALVES = {halves!r}\n{code}")
            assert own > 0, "the search finds what is there"
            assert theirs == 0

    asyncio.run(run())


def test_a_copy_reaches_neither_its_sibling_nor_the_preloaded_process() -> None:
    code = """
import os, signal
answer = {"processes": len([name for name in os.listdir("/proc") if name.isdigit()]), "reached": []}
for pid in PIDS:
    for reach in (lambda: os.kill(pid, 0), lambda: os.pidfd_open(pid),
                  lambda: os.stat(f"/proc/{pid}"), lambda: os.getpgid(pid),
                  lambda: os.sched_getaffinity(pid)):
        try:
            reach()
        except OSError:
            continue
        answer["reached"].append(pid)
os.kill(-1, signal.SIGTERM)
"""

    async def run() -> None:
        with open_warm_kernels() as warm, launch_kernel(LIMITS, warm=warm) as sibling:
            with launch_kernel(LIMITS, warm=warm) as kernel:
                assert kernel.copied and sibling.copied
                found = [preloaded(), *preloaded().children(recursive=True)]
                pids = [process.pid for process in found if process.pid > 100]
                assert len(pids) > 8
                said = await answer(kernel, f"PIDS = {pids!r}\n{code}")
            assert said == {"processes": 3, "reached": []}
            assert await answer(sibling, "answer = 7") == 7
            assert await is_copied(warm)

    asyncio.run(run())


# --- limits and resources -------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "cause"),
    [(greedy.MEMORY, "cause_memory"), (greedy.PROCESSES, "cause_processes")],
    ids=["memory", "processes"],
)
def test_the_watchdog_counts_a_copy(warm: WarmKernels, code: str, cause: str) -> None:
    async def run() -> None:
        with launch_kernel(SMALL, warm=warm) as kernel:
            assert kernel.copied
            await kernel.wait_for_outputs()
            with pytest.raises(KernelDied) as death:
                await kernel.run(new_code_cell(code))
            assert death.value.cause.key == cause

    asyncio.run(run())


def test_pages_that_a_copy_has_written_are_its_own(warm: WarmKernels) -> None:
    """Only what it never touched is counted by parts, as with any other forked process."""
    code = """
import numpy as np
def counted():
    with open("/proc/self/smaps_rollup") as file:
        sizes = dict(line.split(":") for line in file.read().splitlines()[1:])
    return int(sizes["Pss"].split()[0]) / 1024
before = counted()
kept = np.ones(50 << 17)
answer = counted() - before
"""
    assert 49 < ask(warm, code) < 60


def test_what_a_copy_computes_is_told(warm: WarmKernels) -> None:
    async def run() -> None:
        with launch_kernel(LIMITS, warm=warm) as kernel:
            await kernel.wait_for_outputs()
            before = kernel.effort.computed
            await kernel.run(new_code_cell("import time\nwhile time.process_time() < 1: pass"))
            assert 0.5 < kernel.effort.computed - before < 2

    asyncio.run(run())


def test_an_endless_loop_in_a_copy_is_interrupted(warm: WarmKernels) -> None:
    async def run() -> None:
        with launch_kernel(LIMITS.override({"cell_seconds": 2.0}), warm=warm) as kernel:
            await kernel.wait_for_outputs()
            cell = new_code_cell("while True: pass")
            assert (await kernel.run(cell)).interrupted
            assert await answer(kernel, "answer = 7") == 7

    asyncio.run(run())


def test_orphans_in_the_sandbox_of_a_copy_are_reaped(warm: WarmKernels) -> None:
    code = """
import os, time
for _ in range(5):
    if not os.fork():
        if not os.fork():
            time.sleep(0.1)
        os._exit(0)
    os.wait()
time.sleep(1)
answer = len([name for name in os.listdir("/proc") if name.isdigit()])
"""
    assert ask(warm, code) == 3


def test_the_snapshots_of_a_copy_outlive_it(warm: WarmKernels) -> None:
    async def run() -> None:
        with launch_kernel(LIMITS, warm=warm) as kernel:
            await kernel.wait_for_outputs()
            await kernel.run(new_code_cell("def f(x): return 2 * x"))
            snapshot = kernel.snapshot()
            with pytest.raises(KernelDied):
                await kernel.run(new_code_cell("import os\nos._exit(0)"))
            transport = WorkerTransport(snapshot, LIMITS, Budget(60.0))
            assert Student(transport, LIMITS).f(4) == 8
            transport.close()

    asyncio.run(run())


def test_a_copy_that_ends_its_own_sandbox_ends_nothing_else(warm: WarmKernels) -> None:
    async def run() -> None:
        with launch_kernel(LIMITS, warm=warm) as kernel:
            await kernel.wait_for_outputs()
            kernel.sandbox.end()
            assert wait_until(lambda: not kernel.sandbox.alive)
            assert kernel.ending is not None
        assert await is_copied(warm)

    asyncio.run(run())


# --- who asks -------------------------------------------------------------------


def launch_in_child(warm: WarmKernels, results: Any) -> None:
    results.put([copied(warm) for _ in range(2)])


def test_forked_processes_ask_at_the_same_time(warm: WarmKernels) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    children = [context.Process(target=launch_in_child, args=(warm, results)) for _ in range(3)]
    for child in children:
        child.start()
    assert [results.get(timeout=60) for _ in children] == [[True, True]] * 3
    for child in children:
        child.join()


CLIENT = """
import asyncio, sys, time
from nbformat.v4 import new_code_cell
from autograder.kernel.kernel import launch_kernel
from autograder.kernel.warm import WarmKernels
from autograder.model.limits import Limits
async def main():
    with launch_kernel(Limits(), warm=WarmKernels.handed_down(int(sys.argv[1]))) as kernel:
        await kernel.run(new_code_cell(sys.argv[2]))
        print(kernel.copied, flush=True)
        time.sleep(600)
asyncio.run(main())
"""
SPAWN = """
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", {marker!r}],
                 start_new_session=True)
"""


def start_client(warm: WarmKernels, marker: str) -> subprocess.Popen[str]:
    """A process that has inherited one descriptor, and a kernel of its own."""
    started = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(warm.descriptor), SPAWN.format(marker=marker)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=(warm.descriptor,),
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "True\n"
    assert wait_until(lambda: len(running(marker)) == 1)
    return started


def test_a_killed_client_takes_its_sandbox_along_and_nothing_else(warm: WarmKernels) -> None:
    marker = f"marker-of-a-killed-client-{os.getpid()}"
    with start_client(warm, marker) as client:
        client.kill()
    assert wait_until(lambda: not running(marker))
    assert copied(warm)


def test_a_client_keeps_its_kernel_when_the_preloaded_process_is_left() -> None:
    marker = f"marker-of-a-lasting-client-{os.getpid()}"
    with open_warm_kernels() as warm:
        process = preloaded()
        client = start_client(warm, marker)
    assert not process.is_running()
    assert len(running(marker)) == 1
    with client:
        client.kill()
    assert wait_until(lambda: not running(marker))


OWNER = """
import sys, time
from autograder.kernel.warm import open_warm_kernels
with open_warm_kernels():
    print("open", flush=True)
    time.sleep(600)
"""


def names_of(process: psutil.Process) -> list[str]:
    """The names of a process's descendants, as far as they stay."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return [child.name() for child in process.children(recursive=True)]
    return []


def test_the_preloaded_process_ends_with_a_killed_owner() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        started = psutil.Process(owner.pid)
        assert wait_until(lambda: names_of(started)[1:] == ["python"])
        processes = started.children(recursive=True)
        processes[-1].suspend()  # or it would see by itself that nobody is left to ask
        owner.kill()
    assert wait_until(lambda: not any(process.is_running() for process in processes))


# --- where no copy is made ------------------------------------------------------


def test_a_killed_preloaded_process_costs_neither_old_nor_new_kernels(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def run() -> None:
        with open_warm_kernels() as warm, launch_kernel(LIMITS, warm=warm) as kernel:
            assert kernel.copied
            preloaded().kill()
            assert await answer(kernel, "answer = 7") == 7
            kernel.snapshot()
            assert not await is_copied(warm)
            assert await answer(kernel, "answer = 8") == 8

    asyncio.run(run())
    assert "started directly: the preloaded process is gone" in caplog.text


def test_a_preloaded_process_that_is_killed_in_a_run_costs_no_function() -> None:
    cells = [
        new_code_cell("def f(x): return 2 * x"),
        new_code_cell("", metadata=tag("test_f", grade=True, locked=True, points=1.0)),
        new_code_cell("print(f(4))"),
    ]
    with open_warm_kernels() as warm:
        assert copied(warm)
        preloaded().kill()
        with run_notebook(new_notebook(cells=cells), LIMITS, warm=warm) as run:
            assert not run.kernel.copied
            assert list(run.snapshots) == ["f"]
            assert run.remarks == [], "it is the machine's doing, and no part of a grade"
            assert run.notebook.cells[2].outputs[0].text == "8\n"


def test_a_preloaded_process_that_hangs_is_waited_for_only_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with open_warm_kernels() as warm:
        assert copied(warm)
        stopped = preloaded()
        stopped.suspend()
        try:
            monkeypatch.setattr("autograder.sandbox.nursery.ANSWER_SECONDS", 1.0)
            assert not copied(warm)
            assert "does not answer" in caplog.text
            monkeypatch.setattr("autograder.sandbox.nursery.ANSWER_SECONDS", 600.0)
            assert not copied(warm)
        finally:
            stopped.resume()
    assert wait_until(lambda: not stopped.is_running())


def rewrite(monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str) -> None:
    """Let sandboxes see a guest's file in which `old` reads `new`."""
    real, path = command.small_files, f"/kit/autograder/guest/{name}.py"

    def files(*given: Any) -> dict[str, bytes]:
        found = real(*given)
        assert found[path].count(old.encode()) == 1
        return found | {path: found[path].replace(old.encode(), new.encode())}

    monkeypatch.setattr(command, "small_files", files)


@pytest.mark.parametrize(
    ("name", "old", "new", "why"),
    [
        ("namespaces", "    drop_capabilities()\n", "", "CapPrm"),
        ("namespaces", 'call("prctl", DROP_BOUND, capability, 0, 0, 0)', "pass", "CapBnd"),
        ("namespaces", "if rules is not None:\n", "if False:\n", "Seccomp"),
        ("namespaces", 'call("setns", descriptor, flags)', "raise OSError('no setns')", "no setns"),
        ("keeper", '"--as-pid-1"', '"--no-such-option"', "made no sandbox"),
        ("keeper", "if os.fork():\n            return False", "raise OSError('none')", "none"),
        ("preload", "    preload()\n", "    preload(); import threading\n"
         "    threading.Thread(target=threading.Event().wait, daemon=True).start()\n", "gone"),
        ("preload", "    forget()\n", "    vars(gc)['kept'] = open('/etc/passwd')\n", "gone"),
        ("preload", "    preload()\n", "    raise SystemError\n", "gone"),
        ("preload", "    begin_anew()\n", "    raise SystemError\n", "did not start"),
    ],
    ids=["capabilities", "bounds", "filter", "setns", "bwrap", "fork", "thread", "file", "import",
         "late"],
)  # fmt: skip
def test_what_goes_wrong_with_a_copy_has_a_kernel_started_directly(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    *,
    name: str,
    old: str,
    new: str,
    why: str,
) -> None:
    """A copy that is not held to its sandbox is none: it never becomes a kernel."""
    with monkeypatch.context() as patch:
        rewrite(patch, name, old, new)
        with open_warm_kernels() as warm:
            assert not copied(warm)
    assert why in caplog.text


def test_a_reason_is_told_once(warm: WarmKernels, caplog: pytest.LogCaptureFixture) -> None:
    mine = WarmKernels(warm.nursery)
    for why in ("this", "that", "this"):
        mine.note(why)
    told = [record.message for record in caplog.records if record.levelno == logging.WARNING]
    assert told == [f"kernels are started directly: {why}" for why in ("this", "that")]


# --- what is left behind --------------------------------------------------------


def held() -> tuple[int, int, int, int]:
    """Descriptors, children, threads and mounts of this process."""
    gc.collect()
    mounts = Path("/proc/self/mountinfo").read_text().count("\n")
    children = psutil.Process().children(recursive=True)
    return len(os.listdir("/proc/self/fd")), len(children), threading.active_count(), mounts


def test_what_has_joined_a_sandbox_is_its_keepers_to_reap(warm: WarmKernels) -> None:
    """A sandbox is not gone before it is reaped, and the machine's first process takes its time."""

    async def run() -> None:
        with launch_kernel(LIMITS, warm=warm) as kernel:
            first = psutil.Process(kernel.process.number).parent()
            assert first is not None
            keeper = first.parent()
            assert keeper is not None
            assert keeper.cmdline() == first.cmdline()
            assert keeper.pid != 1

    asyncio.run(run())


def test_sixty_kernels_leave_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    outside = held()
    with open_warm_kernels() as warm:
        assert copied(warm)
        process = preloaded()
        wait_until(lambda: not process.children())
        before, descriptors = held(), process.num_fds()
        folders = len(list(tmp_path.iterdir()))

        def many() -> None:
            for _ in range(20):
                assert copied(warm)

        workers = [threading.Thread(target=many) for _ in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert wait_until(lambda: not process.children())
        assert wait_until(lambda: held() == before), (held(), before)
        assert process.num_fds() == descriptors
        assert process.num_threads() == 1
        assert len(list(tmp_path.iterdir())) == folders
        assert process.memory_info().rss < 400 * MIB
    assert wait_until(lambda: held() == outside), (held(), outside)
    assert list(tmp_path.iterdir()) == []


def test_the_secret_of_an_owner_is_not_in_the_preloaded_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    secret = "a-token-of-the-grader-that-nobody-may-see"
    monkeypatch.setenv("GRADER_TOKEN", secret)
    with open_warm_kernels() as warm:
        assert copied(warm)
        process = preloaded()
        assert secret not in str(process.environ())
        opened = {os.readlink(path) for path in Path(f"/proc/{process.pid}/fd").iterdir()}
        assert {path.split("[")[0] for path in opened} == {"/dev/null", "socket:"}
