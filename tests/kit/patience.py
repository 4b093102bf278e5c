"""Wait for what other processes do."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENT = 60.0  # seconds: nothing that is waited for takes as long on any machine


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so; an AssertionError where it takes too long."""
    deadline = time.monotonic() + PATIENT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
