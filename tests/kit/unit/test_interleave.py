"""The work on many submissions goes on wherever it need not wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from autograder.nbgrader.interleave import Work, interleave


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


def test_all_is_done_and_no_more_than_allowed_is_in_flight(pool: ThreadPoolExecutor) -> None:
    present, most, finished = 0, 0, []

    def work(number: int) -> Work:
        nonlocal present, most
        present += 1
        most = max(most, present)
        for step in range(number % 3):
            yield (future := pool.submit(str, step))
            assert future.result() == str(step)
        present -= 1
        finished.append(number)

    counted: list[int] = []
    interleave(map(work, range(50)), at_most=lambda: 3, done=lambda: counted.append(1))
    assert (sorted(finished), len(counted), most) == ([*range(50)], 50, 3)


def test_one_that_waits_holds_up_no_other() -> None:
    gate: Future[None] = Future()
    order = []

    def slow() -> Work:
        yield gate
        order.append("slow")

    def last() -> Work:
        order.append("last")
        gate.set_result(None)
        yield gate

    interleave(iter([slow(), last()]), at_most=lambda: 2)
    assert order == ["last", "slow"]


def test_nothing_to_do_is_done() -> None:
    interleave(iter([]), at_most=lambda: 2)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_interrupt_closes_those_that_wait(error: type[BaseException]) -> None:
    closed = threading.Event()

    def waits() -> Work:
        try:
            yield Future()
        except GeneratorExit:
            closed.set()
            raise

    def raises() -> Work:
        raise error
        yield

    with pytest.raises(error):
        interleave(iter([waits(), raises()]), at_most=lambda: 5)
    assert closed.is_set()
