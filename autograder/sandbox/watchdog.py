"""End a sandbox when all its processes together pass a limit.

How it works: a thread of the grader reads the sandbox's /proc folder every 0.2 seconds.
Memory is held by processes, by pipes and sockets, by what is on its way between them, by
locks on files, and by the private folders. All of it is counted.

To tell what a process alone holds of the pages that forked copies share, Linux walks through
all of them, so a look at every copy costs more than many a test. A process that has neither
computed nor met a page fault since it was looked at is not looked at again. One that ends, or
writes to pages that it shared, leaves them to others: what it held before goes on counting. The
sum is then too large and never too small, and all are looked at again before a sandbox is ended,
and now and then.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from autograder.model.limits import MIB, Limits
from autograder.sandbox.bwrap import PRIVATE_FOLDERS

INTERVAL = 0.2  # seconds between two looks
LOOKS = 10  # after so many, also a process that did nothing is looked at again

CHANNEL_BYTES = MIB // 4  # a pipe or socket that nobody reads holds 64 to 208 KiB
INODE_BYTES = 1024  # an empty file: its inode and its name are kernel memory
LOCK_BYTES = 256  # a lock on a part of a file is kernel memory too, and no limit counts it
LOCKS_SHOWN = 4 * MIB  # of the list of locks, some 60,000: nobody honest has so many
ACTIVITY = (10, 12, 14, 15, 22)  # of /proc/<pid>/stat: minflt, majflt, utime, stime, starttime

Activity = tuple[bytes, ...]


class Watched(Protocol):
    """A sandbox (`process.Sandbox`)."""

    exceeded: str
    stopped: threading.Event

    @property
    def processes(self) -> Path:
        """The /proc folder of its processes."""
        ...

    def outside(self, path: str) -> str:
        """The grader's name for a path of it."""
        ...

    def end(self) -> None:
        """Send the signal that ends every process of it."""
        ...


def guard(sandbox: Watched, limits: Limits) -> None:
    """End the sandbox when it passes a limit, and note which; returns when it has stopped."""
    folders = [sandbox.outside(path) for path in PRIVATE_FOLDERS]
    usage = Usage(sandbox.processes, folders, limits)
    while not sandbox.stopped.wait(INTERVAL):
        with contextlib.suppress(OSError):  # it has ended, or is about to
            sandbox.exceeded = usage.exceeded()
        if sandbox.exceeded:
            sandbox.end()
            return


@dataclass(frozen=True, slots=True)
class Held:
    """What a process held when it was looked at, and how busy it had been until then."""

    activity: Activity
    memory: int  # bytes
    channels: frozenset[str]


@dataclass(slots=True)
class Usage:
    """What the processes of a /proc folder hold together with the private folders."""

    processes: Path
    folders: list[str]
    limits: Limits
    held: dict[str, Held] = field(default_factory=dict)  # by the process's id
    left: int = 0  # bytes that processes held before they ended or did something
    looks: int = 0

    def exceeded(self) -> str:
        """The limit that they pass, or ""."""
        self.looks += 1
        if self.looks % LOOKS:
            found = self.passed()
            if found != "memory_bytes":
                return found
        self.held.clear()
        self.left = 0
        return self.passed()

    def passed(self) -> str:
        """The limit that they pass by what is known of those that did nothing, or "".

        They are counted again before each look at one's memory: a fork bomb makes
        such a look take seconds, and a thousand processes in that time.
        """
        memory = sum(map(memory_of_folder, self.folders)) + memory_of_connections(self.processes)
        memory += memory_of_locks(self.processes, self.limits)
        pids = running(self.processes)
        for pid in self.held.keys() - set(pids):
            self.left += self.held.pop(pid).memory
        channels: set[str] = set()
        for pid in pids:
            if len(running(self.processes)) > self.limits.processes:
                return "processes"
            held = self.look(pid)
            memory += held.memory
            channels |= held.channels
            if memory + self.left + CHANNEL_BYTES * len(channels) > self.limits.memory_bytes:
                return "memory_bytes"
        return ""

    def look(self, pid: str) -> Held:
        """What a process holds: as it was known, or newly counted where it has done something."""
        known, activity = self.held.get(pid), activity_of(self.processes / pid)
        if known is not None and known.activity == activity:
            return known
        self.left += known.memory if known is not None else 0
        process = self.processes / pid
        # what it does meanwhile is found by the next look
        self.held[pid] = held = Held(activity, memory_of(process), channels_of(process))
        return held


def running(processes: Path) -> list[str]:
    """The ids of the processes of a /proc folder."""
    return [entry for entry in os.listdir(processes) if entry.isdigit()]


def activity_of(process: Path) -> Activity:
    """Since when a process runs, and how many page faults and ticks of computing it had.

    Those of all its threads; () where it has ended.
    """
    with contextlib.suppress(OSError):
        line = (process / "stat").read_bytes()
        fields = line[line.rindex(b")") + 2 :].split()  # from the third, the state
        return tuple(fields[number - 3] for number in ACTIVITY)
    return ()


def memory_of(process: Path) -> int:
    """Bytes of a process; of pages that forked copies share it counts its part alone.

    A process whose first thread has ended shows its memory by the others alone.
    """
    for thread in (process, *process.glob("task/*")):
        with contextlib.suppress(OSError):  # it has ended
            if sizes := (thread / "smaps_rollup").read_text().splitlines()[1:]:
                # swapped pages too: a process may have its own swapped out
                counted = ("Pss:", "SwapPss:")
                return sum(
                    1024 * int(line.split()[1]) for line in sizes if line.startswith(counted)
                )
    return 0


def channels_of(process: Path) -> frozenset[str]:
    """The pipes and sockets that a process has open, by names that forked copies share."""
    found = set()
    with contextlib.suppress(OSError):  # it has ended
        for descriptor in os.listdir(process / "fd"):
            with contextlib.suppress(OSError):  # it is closed
                found.add(os.readlink(process / "fd" / descriptor))
    return frozenset(name for name in found if name.startswith(("pipe:", "socket:")))


def memory_of_connections(processes: Path) -> int:
    """Bytes that are on their way between the sandbox's own TCP sockets."""
    for pid in running(processes):
        with contextlib.suppress(OSError):  # it has ended
            lines = (processes / pid / "net/tcp").read_text().splitlines()[1:]
            queues = [line.split()[4].split(":") for line in lines]
            return sum(int(sent, 16) + int(received, 16) for sent, received in queues)
    return 0


def memory_of_locks(processes: Path, limits: Limits) -> int:
    """Bytes of the locks that processes hold on files; the whole limit where nobody can count."""
    with (processes / "locks").open("rb") as file:
        shown = file.read(LOCKS_SHOWN)
    return limits.memory_bytes if len(shown) == LOCKS_SHOWN else LOCK_BYTES * shown.count(b"\n")


def memory_of_folder(folder: str) -> int:
    """Bytes that a private folder holds: bwrap bounds its size, but not its number of files."""
    held = os.statvfs(folder)
    blocks, inodes = held.f_blocks - held.f_bfree, held.f_files - held.f_ffree
    return blocks * held.f_frsize + inodes * INODE_BYTES
