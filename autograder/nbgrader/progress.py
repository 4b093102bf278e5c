"""Show on a terminal how far a class has got; a log gets a line each submission instead."""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Callable, Iterator, Sized

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text


class Rate(ProgressColumn):
    """Submissions a minute."""

    def render(self, task: Task) -> Text:
        """The rate, once there is one."""
        return Text(f"{60 * task.speed:.0f}/min" if task.speed else "-/min")


@contextlib.contextmanager
def show_progress(
    log: logging.Logger | logging.LoggerAdapter[logging.Logger], total: int, failed: Sized
) -> Iterator[Callable[[], None]]:
    """A bar on standard error with done, failed, rate and time left; call it for each one done.

    Where standard error is no terminal, each call is a line of the log.
    """
    count = 0

    def note() -> None:
        nonlocal count
        count += 1
        log.info("%d of %d submissions done, %d failed", count, total, len(failed))

    if not sys.stderr.isatty():
        yield note
        return
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[failed]} failed"))
    times = (Rate(), TimeElapsedColumn(), TextColumn("left:"), TimeRemainingColumn())
    with Progress(*columns, *times, console=Console(stderr=True)) as bar, above(log):
        task = bar.add_task("", total=total, failed=0)
        yield lambda: bar.update(task, advance=1, failed=len(failed))


@contextlib.contextmanager
def above(log: logging.Logger | logging.LoggerAdapter[logging.Logger]) -> Iterator[None]:
    """Have the log's lines appear above the bar, which catches standard error."""
    logger = log.logger if isinstance(log, logging.LoggerAdapter) else log
    streams = [each for each in logger.handlers if type(each) is logging.StreamHandler]
    before = [each.setStream(sys.stderr) for each in streams]
    try:
        yield
    finally:
        for each, stream in zip(streams, before, strict=True):
            each.setStream(stream or sys.__stderr__)
