"""The processes of this machine, as tests look for those of a sandbox."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path


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
