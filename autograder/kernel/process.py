"""The process of a kernel, as the grader sees it."""

from __future__ import annotations

import os
import select
import signal
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Process:
    """The kernel's process: its number as the grader sees it, and a pidfd (never another's)."""

    number: int
    descriptor: int

    @staticmethod
    def of(number: int) -> Process:
        """The process with this number; raises OSError where no such process exists."""
        return Process(number, os.pidfd_open(number))

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        waiting = select.poll()
        waiting.register(self.descriptor, select.POLLIN)
        return not waiting.poll(0)

    def kill(self) -> None:
        """End it alone."""
        signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)
