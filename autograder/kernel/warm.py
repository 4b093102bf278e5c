"""Kernels that are copied from a preloaded process, for whoever starts many of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from autograder.sandbox.nursery import Nursery, open_nursery


@dataclass(frozen=True, slots=True)
class WarmKernels:
    """What `launch_kernel` takes to copy a kernel instead of starting it."""

    nursery: Nursery


@contextlib.contextmanager
def open_warm_kernels() -> Iterator[WarmKernels]:
    with open_nursery() as nursery:
        yield WarmKernels(nursery)
