"""Say on a terminal what a watch does, and end it where somebody asks for that."""

from __future__ import annotations

import contextlib
import logging
import signal
import threading
from collections.abc import Iterator
from types import FrameType

FORMAT = "%(asctime)s %(message)s"


@contextlib.contextmanager
def log_to_terminal() -> Iterator[None]:
    """Write what the engine logs to standard error, a line with the time for each event."""
    logger, handler = logging.getLogger("autograder"), logging.StreamHandler()
    handler.setFormatter(logging.Formatter(FORMAT, datefmt="%Y-%m-%d %H:%M:%S"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)


@contextlib.contextmanager
def until_stopped() -> Iterator[threading.Event]:
    """An event that Ctrl-C or SIGTERM sets, who interrupt the body as well and end it quietly."""
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        stop.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except KeyboardInterrupt:
        logging.getLogger(__name__).info("stopped; what is done is kept")
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
