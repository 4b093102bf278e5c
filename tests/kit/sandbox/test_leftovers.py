"""Whatever ends, nothing of a sandbox is left; without a sandbox nothing runs unasked."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from autograder.kernel.kernel import launch_kernel
from autograder.model.errors import GraderError
from tests.kit.sandbox.kernels import LIMITS, answer, run_once
from tests.kit.sandbox.processes import running, wait_until
from tests.kit.submissions import ROOT

# --- what is left behind --------------------------------------------------------

SPAWN = """
import os, subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)", {marker!r}],
                 start_new_session=True)
answer = True
"""


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
