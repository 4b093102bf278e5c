"""Go on with whichever submission need not wait: one thread, many in flight.

How it works: the work on a submission is a generator that yields each future before it asks for
its result. So nbgrader's steps and the gradebook belong to one thread, while children read
and grade.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

Work = Generator[Future[Any], None, None]


def interleave(
    works: Iterable[Work], *, at_most: Callable[[], int], done: Callable[[], object] = lambda: None
) -> None:
    """Do all the work, `at_most` so many pieces of it in flight; `done` is called after each.

    What one of them raises, or an interrupt, closes the others where they wait.
    """
    waiting: dict[Future[Any], Work] = {}
    unfinished: list[Work] = []

    def go_on(work: Work) -> None:
        for future in work:
            if not future.done():
                waiting[future] = work
                return
        unfinished.remove(work)
        done()

    upcoming = iter(works)
    try:
        while True:
            while len(unfinished) < at_most() and (work := next(upcoming, None)) is not None:
                unfinished.append(work)
                go_on(work)
            if not unfinished:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                go_on(waiting.pop(future))
    finally:
        for work in unfinished:
            work.close()
