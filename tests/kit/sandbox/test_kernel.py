"""A kernel runs cells within its limits, and its frozen copies answer for themselves."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

import autograder.student.snapshot
from autograder.grading.record import write_notes
from autograder.kernel.connection import CHANNELS, connect, connection_info
from autograder.kernel.kernel import (
    Kernel,
    KernelDied,
    launch_kernel,
)
from autograder.model.errors import (
    Died,
    GraderError,
    NoCopy,
    Raised,
    StudentError,
    TimedOut,
    TimeUsedUp,
)
from autograder.model.limits import MIB, Limits
from autograder.student.budget import Budget
from autograder.student.proxy import Student, variable
from autograder.student.snapshot import Control, Snapshot
from autograder.student.transport import WorkerTransport
from tests.kit.sandbox import greedy

LIMITS = Limits(
    cell_seconds=3.0,
    call_seconds=1.0,
    memory_bytes=512 * MIB,
    processes=20,
    outputs=40,
    output_bytes=200_000,
)
PATIENT = LIMITS.override({"cell_seconds": 60.0})


def with_kernel(limits: Limits, work: Callable[[Kernel], Awaitable[None]]) -> None:
    """Do the work with a kernel of its own."""

    async def run() -> None:
        with launch_kernel(limits) as kernel:
            await work(kernel)

    asyncio.run(run())


async def show(kernel: Kernel, code: str) -> str:
    """All that a cell prints, and the names of its errors."""
    return text_of(await run_cell(kernel, code))


async def run_cell(kernel: Kernel, code: str) -> NotebookNode:
    cell = new_code_cell(code)
    result = await kernel.run(cell)
    write_notes(cell, result.notes, "en")
    return cell


def text_of(cell: NotebookNode) -> str:
    return "".join(output.get("text", "") or output.get("ename", "") for output in cell.outputs)


@contextlib.contextmanager
def student_of(snapshot: Snapshot, limits: Limits = LIMITS) -> Any:
    """A student whose functions a new worker of the snapshot holds."""
    transport = WorkerTransport(snapshot, limits, Budget(60.0))
    try:
        yield Student(transport, limits)
    finally:
        transport.close()


def cause_of(limits: Limits, code: str) -> str:
    """The key of the cause that a cell ended its kernel for."""
    causes = []

    async def work(kernel: Kernel) -> None:
        with pytest.raises(KernelDied) as death:
            await run_cell(kernel, code)
        causes.append(death.value.cause.key)

    with_kernel(limits, work)
    return str(causes[0])


# --- channels -------------------------------------------------------------------


def test_a_lost_channel_is_not_connected_again(tmp_path: Path) -> None:
    """A student could close the kernel's sockets, and wait in their places."""
    path = tmp_path / "channel"

    def look(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        connection.close()
        listener.settimeout(1.5)
        with pytest.raises(TimeoutError):
            listener.accept()

    async def lose(listeners: list[socket.socket]) -> None:
        client = connect(connection_info(), str(path), LIMITS)
        try:
            await asyncio.gather(*(asyncio.to_thread(look, each) for each in listeners))
        finally:
            client.stop_channels()
            client.context.destroy(linger=0)

    with contextlib.ExitStack() as opened:
        listeners = []
        for number, name in enumerate(CHANNELS, start=1):
            listener = opened.enter_context(socket.socket(socket.AF_UNIX))
            listener.bind(f"{path}-{number}")
            listener.listen()
            if name != "hb":  # we never ask a kernel for its heartbeat
                listeners.append(listener)
        asyncio.run(lose(listeners))


# --- time -----------------------------------------------------------------------


def test_an_endless_loop_is_interrupted_and_the_next_cell_runs() -> None:
    async def work(kernel: Kernel) -> None:
        assert await show(kernel, "kept = 7\nwhile True: pass") == "KeyboardInterrupt"
        assert kernel.interrupts == 1
        assert await show(kernel, "print(kept)") == "7\n"
        assert kernel.interrupts == 0

    with_kernel(LIMITS, work)


def test_a_loop_that_swallows_interrupts_is_killed() -> None:
    code = "while True:\n try:\n  while True:\n   pass\n except BaseException:\n  pass"
    assert cause_of(LIMITS, code) == "cause_cell_seconds"


def test_a_wait_in_c_that_no_interrupt_reaches_is_killed() -> None:
    code = """
import ctypes
libc, mutex = ctypes.CDLL(None), ctypes.create_string_buffer(256)
libc.pthread_mutex_lock(mutex)
libc.pthread_mutex_lock(mutex)
"""
    assert cause_of(LIMITS, code) == "cause_cell_seconds"


def test_a_kernel_that_is_not_ready_in_time_is_the_graders_fault() -> None:
    async def work(kernel: Kernel) -> None:
        raise AssertionError("it started")

    with pytest.raises(GraderError, match=r"not ready after 0\.01 seconds"):
        with_kernel(Limits(start_seconds=0.01), work)


# --- ends -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    [
        "import os; os._exit(0)",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "import ctypes; ctypes.string_at(0)",
        "import os; os.closerange(3, 256)",
    ],
    ids=["exit", "signal", "crash", "closed"],
)
def test_a_cell_that_ends_the_process_is_named_as_the_cause(code: str) -> None:
    assert cause_of(PATIENT, code) == "cause_ended"


def test_sys_exit_ends_neither_the_kernel_nor_the_run() -> None:
    async def work(kernel: Kernel) -> None:
        assert (await show(kernel, "import sys; sys.exit(3)")).startswith("SystemExit")
        assert await show(kernel, "print(1)") == "1\n"

    with_kernel(PATIENT, work)


# --- memory and processes -------------------------------------------------------


def test_memory_of_one_process_is_refused_and_the_kernel_lives() -> None:
    async def work(kernel: Kernel) -> None:
        assert await show(kernel, "x = b'x' * (600 << 20)") == "MemoryError"
        assert await show(kernel, "print(1)") == "1\n"

    with_kernel(PATIENT, work)


def test_shared_memory_that_nobody_could_count_is_refused() -> None:
    async def work(kernel: Kernel) -> None:
        assert "PermissionError" in await show(kernel, "import mmap\nmmap.mmap(-1, 1 << 20)")
        assert await show(kernel, "print(1)") == "1\n"

    with_kernel(PATIENT, work)


def test_memory_of_all_processes_together_is_limited() -> None:
    assert cause_of(PATIENT, greedy.MEMORY) == "cause_memory"


def test_a_fork_bomb_ends_the_kernel() -> None:
    assert cause_of(PATIENT, greedy.PROCESSES) == "cause_processes"


# --- outputs --------------------------------------------------------------------


def test_a_flood_of_text_is_cut_with_a_note() -> None:
    async def work(kernel: Kernel) -> None:
        code = "import sys\nfor _ in range(30): print('x' * 20_000); sys.stdout.flush()"
        shown = await show(kernel, code)
        assert "Output cut: at most 40 outputs and 200000 bytes" in shown
        assert shown.count("[Output cut") == 1
        assert len(shown) < 2 * LIMITS.output_bytes
        assert await show(kernel, "print('goes on')") == "goes on\n"

    with_kernel(PATIENT, work)


def test_three_thousand_outputs_are_cut_with_a_note() -> None:
    async def work(kernel: Kernel) -> None:
        cell = await run_cell(kernel, "for number in range(3_000): display(number)")
        assert len(cell.outputs) == LIMITS.outputs + 1
        assert "Output cut" in cell.outputs[-1].text
        assert await show(kernel, "print('goes on')") == "goes on\n"

    with_kernel(PATIENT, work)


def test_a_message_larger_than_allowed_is_never_taken_in() -> None:
    async def work(kernel: Kernel) -> None:
        with contextlib.suppress(KernelDied):
            shown = await show(kernel, "print('x' * 3_000_000)")
            assert "xxx" not in shown

    with_kernel(PATIENT.override({"message_bytes": 1_000_000}), work)


FORGED = """
from ipykernel.kernelapp import IPKernelApp
kernel = IPKernelApp.instance().kernel
def forge(kind, content):
    kernel.session.send(kernel.iopub_socket, kind, content=content, parent=kernel.get_parent())
"""


@pytest.mark.parametrize(
    "forged",
    [
        'forge("stream", {})',
        'forge("stream", {"name": 7, "text": []})',
        'forge("display_data", {"data": 7, "metadata": None, "transient": 3})',
        'forge("execute_result", {"data": {"text/plain": "52"}})',
        'forge("error", {"ename": None})',
        'forge("status", {})',
        'forge("clear_output", {})',
        'forge("update_display_data", {"transient": {"display_id": []}})',
        'forge("comm_open", {"comm_id": {}})',
        "forge(None, None)",
        'kernel.iopub_socket.send_multipart([b"no", b"message"])',
        'kernel.iopub_socket.send(b"")',
    ],
)
def test_no_forged_message_gets_further_than_the_end_of_its_kernel(
    forged: str, forger: Callable[[str], None]
) -> None:
    forger(forged)


@pytest.fixture(scope="module")
def forger() -> Any:
    """Runs a forging cell, in the same kernel as long as that lives."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:
        kernels: list[Kernel] = []

        async def work(forged: str) -> None:
            if not kernels:
                kernels.append(stack.enter_context(launch_kernel(PATIENT)))
            try:
                await run_cell(kernels[0], FORGED + forged)
            except KernelDied as death:
                kernels.clear()
                cause = death.cause.key
            else:
                cause = await show(kernels[0], "print('goes on')")
            assert cause in ("goes on\n", "cause_message", "cause_ended")

        async def leave() -> None:
            stack.close()

        yield lambda forged: runner.run(work(forged))
        runner.run(leave())


def test_a_plot_is_kept_as_a_picture() -> None:
    async def work(kernel: Kernel) -> None:
        code = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"
        cell = await run_cell(kernel, code)
        (picture,) = [output for output in cell.outputs if output.output_type == "display_data"]
        assert picture.data["image/png"].startswith("iVBOR")

    with_kernel(PATIENT, work)


# --- snapshots ------------------------------------------------------------------


def test_a_snapshot_is_frozen_and_its_workers_are_independent() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "calls = []\ndef f(x): calls.append(x); return len(calls)")
        early = kernel.snapshot()
        await run_cell(kernel, "def f(x): return 'another'")
        late = kernel.snapshot()
        with student_of(early) as first, student_of(early) as second, student_of(late) as third:
            assert [first.f(1), first.f(1), first.f(1)] == [1, 2, 3]
            assert second.f(1) == 1, "a worker kept what another one was told"
            assert third.f(1) == "another"
            assert variable(second, "calls") == [1]
        assert await show(kernel, "print(calls)") == "[]\n"

    with_kernel(PATIENT, work)


def test_a_worker_that_hangs_is_killed_and_the_next_one_answers() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "def f(hangs):\n    while hangs: pass\n    return 5")
        snapshot = kernel.snapshot()
        with student_of(snapshot) as student:
            with pytest.raises(TimedOut):
                student.f(True)
            with pytest.raises(TimedOut):
                student.f(False)
        with student_of(snapshot) as student:
            assert student.f(False) == 5

    with_kernel(PATIENT, work)


def test_a_worker_that_ends_costs_one_call() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "import os\ndef f(ends):\n    if ends: os._exit(1)\n    return 5")
        with student_of(kernel.snapshot()) as student:
            with pytest.raises(Died):
                student.f(True)
            assert student.f(False) == 5

    with_kernel(PATIENT, work)


def test_a_snapshot_killed_by_its_own_worker_stays_dead_and_no_other_does() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "import os\ndef f(): os.kill(os.getppid(), 9)\ndef g(): return 5")
        dies, lives = kernel.snapshot(), kernel.snapshot()
        with student_of(dies) as student, contextlib.suppress(StudentError):
            student.f()
        with student_of(dies) as student, pytest.raises(NoCopy):
            student.g()
        with student_of(lives) as student:
            assert student.g() == 5
        assert await show(kernel, "print(1)") == "1\n"

    with_kernel(PATIENT, work)


def test_calls_just_below_their_limit_add_up_to_the_limit_of_all() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "import time\ndef f(): time.sleep(0.4); return 1")
        transport = WorkerTransport(kernel.snapshot(), LIMITS, Budget(1.0))
        student = Student(transport, LIMITS)
        with pytest.raises(TimeUsedUp):
            print([student.f() for _ in range(10)])
        transport.close()

    with_kernel(PATIENT, work)


def test_a_function_that_exits_the_interpreter_has_only_raised() -> None:
    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, "import sys\ndef f(): sys.exit(0)")
        with student_of(kernel.snapshot()) as student:
            with pytest.raises(Raised) as end:
                student.f()
            assert "SystemExit" in end.value.kinds

    with_kernel(PATIENT, work)


def test_what_is_printed_comes_before_what_is_complained_of() -> None:
    """Which of the two streams the kernel sends first hangs on the clock."""
    code = """
import sys, time
for turn in range(3):
    print("error", turn, file=sys.stderr, flush=True)
    time.sleep(0.3)
    print("out", turn, flush=True)
"""

    async def work(kernel: Kernel) -> None:
        cell = await run_cell(kernel, code)
        assert [(output.name, output.text) for output in cell.outputs] == [
            ("stdout", "out 0\nout 1\nout 2\n"),
            ("stderr", "error 0\nerror 1\nerror 2\n"),
        ]

    with_kernel(PATIENT, work)


# --- copies ---------------------------------------------------------------------


def test_a_copy_that_comes_too_late_is_not_taken_for_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(autograder.student.snapshot, "CONTROL_SECONDS", 3.0)
    slow = """
import os, time
fork = os.fork
def late():
    os.fork = fork
    time.sleep(5)
    return fork()
os.fork = late
def f(): return value
value = 1
"""

    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, slow)
        with pytest.raises(TimeoutError):
            kernel.snapshot()
        await run_cell(kernel, "value = 2\ntime.sleep(3)")
        with student_of(kernel.snapshot()) as student:
            assert student.f() == 2

    with_kernel(PATIENT, work)


def test_a_notebook_can_rewrite_the_guest_that_answers_for_it() -> None:
    """The corpus attacks the kit's side in the sandbox: this shows that it meets the real one."""
    code = "from autograder.guest import kernel\nkernel.answer = lambda *a: {'value': 'forged'}"

    async def work(kernel: Kernel) -> None:
        await run_cell(kernel, f"{code}\ndef f(): return 1")
        with student_of(kernel.snapshot()) as student:
            assert variable(student, "f") == "forged"

    with_kernel(PATIENT, work)


def test_words_that_no_guest_says_are_no_copy() -> None:
    for said in (
        b"[]",
        b"7",
        b"{",
        b"\xff",
        b"[" * 4000,
        b'{"done": 1}',
        b'{"done": 1, "pid": -1}',
    ):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with ours, theirs:
            theirs.send(said)
            with pytest.raises(OSError, match="guest"):
                Control(ours).fork({"open": 1})
