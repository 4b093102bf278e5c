"""Keep an interrupt that a library swallows.

How it works: Python raises KeyboardInterrupt wherever the main thread is. Where that is a
finalizer, or code that passes over all errors, nobody hears of it and the class goes on. So the
signal is noted as well, and whoever works asks between two steps.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def noting_interrupts() -> Iterator[Callable[[], None]]:
    """What this gives raises KeyboardInterrupt if one came before; it asks in the main thread."""
    noted = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: None
        return

    def note(number: int, frame: FrameType | None) -> None:
        noted.set()
        before(number, frame)

    def check() -> None:
        if noted.is_set():
            raise KeyboardInterrupt

    signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)
