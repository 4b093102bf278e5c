"""What processes hold is never counted too low, however seldom each one is looked at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.model.limits import MIB, Limits
from autograder.sandbox import watchdog
from autograder.sandbox.watchdog import Usage

HELD = 60 * MIB
# shares what it holds with three children; does as it is told, line by line
FAMILY = f"""
import os, sys, time
held = bytearray(os.urandom({HELD}))
children = []
for _ in range(3):
    read, write = os.pipe()
    pid = os.fork()
    if not pid:
        for word in os.fdopen(read):
            if "write" in word:
                held[::4096] = bytes(len(held[::4096]))
            if "free" in word:
                held = None
            print("done", flush=True)
        time.sleep(1000)
    children.append((pid, write))
print(*[pid for pid, _ in children], flush=True)
for line in sys.stdin:
    word, number = line.split()
    os.write(children[int(number)][1], line.encode())
"""


class Family:
    """A process and its children, and a /proc folder that shows no others."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-c", FAMILY]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self.process = subprocess.Popen(command, text=True, start_new_session=True, **pipes)
        assert self.process.stdout is not None
        self.proc = folder
        (folder / "locks").touch()
        self.children = [int(pid) for pid in self.process.stdout.readline().split()]
        for pid in (self.process.pid, *self.children):
            (folder / str(pid)).symlink_to(f"/proc/{pid}")
        self.settle()

    def settle(self) -> None:
        """Wait until none of them does anything."""
        before: list[watchdog.Activity] = []
        pids = [path for path in self.proc.iterdir() if path.name.isdigit()]
        while (now := [*map(watchdog.activity_of, pids)]) != before:
            before = now
            time.sleep(0.5)

    def tell(self, word: str, number: int) -> None:
        """Have a child write to what it shares, or free it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(word, number, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "done\n"
        self.settle()

    def kill(self, number: int) -> None:
        """End a child, of which its parent notices nothing."""
        os.kill(self.children[number], signal.SIGKILL)
        (self.proc / str(self.children[number])).unlink()

    def usage(self, **limits: int) -> Usage:
        """What counts them."""
        return Usage(self.proc, [], replace(Limits(), **limits))


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    family = Family(tmp_path)
    yield family
    os.killpg(family.process.pid, signal.SIGKILL)
    family.process.communicate()


def count_looks(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The processes whose memory is looked at, from now on."""
    looked: list[Path] = []
    real = watchdog.memory_of

    def memory_of(process: Path) -> int:
        looked.append(process)
        return real(process)

    monkeypatch.setattr(watchdog, "memory_of", memory_of)
    return looked


def test_who_did_nothing_is_looked_at_now_and_then(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, usage = count_looks(monkeypatch), family.usage()
    for _ in range(watchdog.LOOKS - 1):
        assert usage.exceeded() == ""
    assert len(looked) == 4
    assert usage.exceeded() == ""
    assert len(looked) == 8


def test_who_did_something_is_looked_at_again(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, usage = count_looks(monkeypatch), family.usage()
    usage.exceeded()
    family.tell("write", 1)
    looked.clear()
    usage.exceeded()
    assert 1 <= len(looked) <= 2  # the child, and its parent, which passed the word on


def kill_all(family: Family) -> None:
    for number in range(3):
        family.kill(number)


def write_to_one(family: Family) -> None:
    family.tell("write", 0)


def free_two(family: Family) -> None:
    family.tell("free", 0)
    family.tell("free", 1)


@pytest.mark.parametrize(
    ("change", "least"), [(kill_all, HELD), (write_to_one, 2 * HELD), (free_two, HELD)]
)
def test_what_others_shared_is_still_counted(
    family: Family, change: Callable[[Family], None], least: int
) -> None:
    usage = family.usage(memory_bytes=least - MIB)
    usage.limits = replace(usage.limits, memory_bytes=1 << 40)
    assert usage.passed() == ""  # all are known
    change(family)
    usage.limits = replace(usage.limits, memory_bytes=least - MIB)
    assert usage.passed() == "memory_bytes"


def test_a_sum_that_is_too_large_ends_nobody(family: Family) -> None:
    usage = family.usage(memory_bytes=1 << 40)
    for _ in range(3):
        usage.exceeded()
        family.tell("write", 0)
    usage.limits = replace(usage.limits, memory_bytes=2 * HELD + 30 * MIB)
    assert usage.passed() == "memory_bytes"  # what it held before counts beside what it holds
    assert usage.exceeded() == ""  # they are looked at before the sandbox is ended
