"""Run a command on a class and measure it: its time, CPU seconds and memory.

How it works: the CPU seconds are those of the whole machine. A process whose parent ended is
handed to this one, so that none goes on while the next command is measured. What the command
prints says when it began with the first submission, and when each was finished.
"""

from __future__ import annotations

import ctypes
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

from tests.kit.courses import Classroom

PR_SET_CHILD_SUBREAPER = 36  # of <linux/prctl.h>
ENDING_SECONDS = 20.0  # for a command to end after an interrupt
BEGUN = re.compile(r"Creating/updating student|: submission \d+ of \d+")
FINISHED = re.compile(r"INFO\] Setting destination file permissions")
PEAK = re.compile(r"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Mark:
    """When a submission was finished: seconds, and CPU seconds, from the start of the command."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took."""

    status: int
    seconds: float
    cpu_seconds: float  # of the machine meanwhile
    peak_bytes: int  # the most memory that the command's own process held
    start: Mark  # of its work on the first submission
    finished: tuple[Mark, ...]  # one a submission

    @property
    def median_seconds(self) -> float:
        """From one finished submission to the next; the first counts from the start."""
        times = [self.start.seconds, *(mark.seconds for mark in self.finished)]
        return median(later - earlier for earlier, later in zip(times, times[1:], strict=False))


def measure(room: Classroom, *command: str, log: Path, advance: Callable[[], None]) -> Usage:
    """Run a command in a course folder; `advance` is called after each submission.

    What it prints goes to `log`. Raises RuntimeError where no submission was finished.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    began, spent = time.monotonic(), cpu_seconds()
    start, finished, peak = None, [], 0
    with room.start(*command) as process, log.open("w", encoding="utf-8") as file:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                file.write(line)
                peak = max(peak, peak_bytes(process.pid))
                mark = Mark(time.monotonic() - began, cpu_seconds() - spent)
                if start is None and BEGUN.search(line):
                    start = mark
                if FINISHED.search(line):
                    finished.append(mark)
                    advance()
        except BaseException:  # an interrupt by the keyboard as well
            end(process)
            raise
    seconds = time.monotonic() - began
    psutil.wait_procs(psutil.Process().children(), timeout=ENDING_SECONDS)
    if start is None or not finished:
        raise RuntimeError(f"{' '.join(command)} finished no submission. What it said: {log}")
    total = cpu_seconds() - spent
    return Usage(process.returncode, seconds, total, peak, start, tuple(finished))


def end(process: subprocess.Popen[str]) -> None:
    """Interrupt a command as the keyboard does, and kill it where it goes on."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(ENDING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()


def cpu_seconds() -> float:
    """What all cores of the machine have computed so far: nothing else should run on it.

    The processes' own figures would miss most of a sandbox: when its first process is gone, the
    kernel ends all others of its namespace, and adds what they computed to nobody.
    """
    times = psutil.cpu_times()
    return sum(getattr(times, kind, 0.0) for kind in ("user", "nice", "system", "irq", "softirq"))


def peak_bytes(pid: int) -> int:
    """The most memory that a process has held so far, without its children; 0 once it ended."""
    try:
        found = PEAK.search(Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
