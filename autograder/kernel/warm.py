"""Kernels that are copied from a process that is loaded already, for whoever starts many.

How it works: `open_warm_kernels` starts that process, once for a class. `launch_kernel` asks
it for a copy, and starts a kernel directly where none comes: a copy and a kernel that was
started do the same, so no grade hangs on it, and only a log for staff tells. A preloaded
process costs as much as three kernels, and who starts one or two opens none.

Jupyter's extension point for other ways to start a kernel, a provisioner, belongs to its
KernelManager. Nothing here has one: `launch_kernel` binds and connects a kernel's sockets
once, before student code runs, and a manager would only stand between.
"""

from __future__ import annotations

import contextlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

from autograder.sandbox.nursery import Nursery, open_nursery


@dataclass(frozen=True, slots=True)
class WarmKernels:
    """What `launch_kernel` takes to have a kernel copied.

    Forked processes may use it as well. Another process that was handed `descriptor` makes
    its own of it, by `handed_down`.
    """

    nursery: Nursery
    failures: list[str] = field(default_factory=list)  # why kernels were started directly here

    @staticmethod
    def handed_down(descriptor: int) -> WarmKernels:
        """Those of the process that started this one, by the descriptor that was inherited."""
        return WarmKernels(Nursery(socket.socket(fileno=descriptor)))

    @property
    def descriptor(self) -> int:
        """The one thing that a process needs to have kernels copied."""
        return self.nursery.channel.fileno()

    def note(self, why: str) -> None:
        """Tell staff, once for each reason, that a kernel is started directly."""
        if why not in self.failures:
            self.failures.append(why)
            logging.getLogger(__name__).warning("kernels are started directly: %s", why)


@contextlib.contextmanager
def open_warm_kernels() -> Iterator[WarmKernels]:
    """Start the process that kernels are copied from; on leaving it is gone.

    It loads while this process goes on. Kernels that were copied live as long as the process
    that launched them. Raises GraderError where bubblewrap is missing.
    """
    with open_nursery() as nursery:
        yield WarmKernels(nursery)
