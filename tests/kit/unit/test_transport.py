"""What goes wrong on the way to a worker, and how the next call finds another one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from autograder.model.errors import (
    Died,
    TimedOut,
    TimeUsedUp,
    Unreadable,
)
from autograder.model.messages import Message
from autograder.student.budget import Budget, Stopwatch
from autograder.student.effort import Effort
from autograder.student.proxy import Student, log_of, variable
from autograder.student.transport import NoSnapshot
from tests.kit.unit.workers import (
    HASTY,
    LIMITS,
    InOtherProcess,
    frame,
    reply,
    transport_of,
    workers,
)

# --- after something went wrong ------------------------------------------------


def test_a_worker_that_spoke_nonsense_is_replaced(forge: Callable[..., Student]) -> None:
    student = forge(b"\0\0\0\1{")
    for _ in range(2):
        with pytest.raises(Unreadable):
            student.f()
    first, second = workers(student)
    assert first is not second
    assert first.connection.socket.fileno() == -1  # ended


def test_after_a_time_out_nothing_more_is_asked(forge: Callable[..., Student]) -> None:
    student = forge(b"")
    asks: list[Callable[[], object]] = [
        lambda: student.f(1),
        lambda: student.f(2),
        lambda: student.g.repeat(3, 4),
        lambda: variable(student, "v"),
    ]
    errors = []
    for ask in asks:
        with pytest.raises(TimedOut) as caught:
            ask()
        errors.append(caught.value.found)
    assert len(workers(student)) == 1
    assert errors == [errors[0]] * 4
    assert str(log_of(student).last) == "f(1)"


def test_calls_share_one_budget(forge: Callable[..., Student]) -> None:
    limits = replace(HASTY, calls_seconds=0.3)
    budget = Budget(limits.calls_seconds)
    with pytest.raises(TimedOut):
        forge(b"", limits=limits, budget=budget).f()
    for _ in range(2):
        with pytest.raises(TimeUsedUp, match="limit calls_seconds: .* 0.3 seconds"):
            forge(b"", limits=limits, budget=budget).f()
    assert budget.left == 0
    assert budget.used < 10
    late = forge(reply(1), limits=limits, budget=budget)
    with pytest.raises(TimeUsedUp):
        late.f()
    assert not workers(late)


def test_a_call_that_meets_the_budget_first_is_nobodys_fault(forge: Callable[..., Student]) -> None:
    limits = replace(HASTY, call_seconds=5, calls_seconds=0.2)
    test = Budget(0.1, "test_seconds", within=Budget(limits.calls_seconds))
    with pytest.raises(TimeUsedUp, match="test_seconds"):
        forge(b"", limits=limits, budget=test).f()


def test_after_the_time_is_used_up_nothing_is_asked(forge: Callable[..., Student]) -> None:
    student = forge(b"", limits=replace(HASTY, call_seconds=5), budget=Budget(0.1))
    for _ in range(3):
        with pytest.raises(TimeUsedUp):
            student.f()
    assert len(workers(student)) == 1


def test_each_call_of_a_repeated_one_has_the_time_of_one(connect: Callable[..., Student]) -> None:
    limits = replace(LIMITS, call_seconds=3.0)
    code = "import time\ndef f():\n time.sleep(0.7)\n return 1"
    student = connect(lambda: InOtherProcess(code), limits)
    assert student.f.repeat(7) == [1] * 7


def test_a_repeated_call_that_hangs_is_a_time_out(connect: Callable[..., Student]) -> None:
    limits = replace(LIMITS, call_seconds=3.0)
    code = "import time\ndef f(times=[]):\n times.append(1)\n time.sleep(len(times) ** 4)"
    student = connect(lambda: InOtherProcess(code), limits)
    with pytest.raises(TimedOut):
        student.f.repeat(7)


def test_who_only_says_that_calls_go_on_uses_up_the_time(forge: Callable[..., Student]) -> None:
    student = forge(frame({"going_on": True}) * 1000, budget=Budget(0.5))
    with pytest.raises((TimedOut, TimeUsedUp)):
        student.f.repeat(7)


def test_a_worker_that_was_kept_from_the_core_is_waited_for(forge: Callable[..., Student]) -> None:
    """A machine with too much to do says so in the process's figures."""
    watch = Stopwatch(1.5, 100.0, iter_efforts(0.0, *[1000.0] * 1000))
    watch.began -= 1.2
    watch()
    watch.began -= 500
    watch()  # 501 seconds are gone, but it waited for a core for 1000


def test_a_call_that_computes_is_overdue_and_not_in_doubt(connect: Callable[..., Student]) -> None:
    student = connect(
        lambda: InOtherProcess("def f():\n while True: pass"), replace(LIMITS, call_seconds=4)
    )
    with pytest.raises(TimedOut):
        student.f()
    assert transport_of(student).doubt == ""


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "import os; os._exit(0)"])
def test_an_end_that_others_may_have_caused_is_in_doubt(
    connect: Callable[..., Student], code: str
) -> None:
    student = connect(lambda: InOtherProcess(f"def f(): {code}"), replace(LIMITS, call_seconds=3))
    with pytest.raises((TimedOut, Died)):
        student.f()
    assert transport_of(student).doubt


def iter_efforts(*waited: float) -> Callable[[], Effort]:
    """A process that has waited for a core so long, whenever it is looked at."""
    efforts = iter(waited)
    return lambda: Effort(0.0, next(efforts))


def test_time_is_counted_only_while_a_call_runs(define: Callable[..., Student]) -> None:
    student = define(f=lambda: 1)
    transport = transport_of(student)
    assert transport.budget.used == 0
    student.f()
    used = transport.budget.used
    assert used > 0
    threading.Event().wait(0.1)
    assert transport.budget.used == used


def test_a_budget_counts_a_body_that_fails() -> None:
    budget = Budget(1e-9)
    with pytest.raises(ZeroDivisionError), budget.spend():
        1 / 0  # noqa: B018
    assert budget.used > 0
    assert budget.left == 0


def test_a_notebook_that_broke_off_says_why() -> None:
    cause = Message.of("kernel_died", cause="so")
    student = Student(NoSnapshot(cause), LIMITS)
    with pytest.raises(Died) as caught:
        student.f(1)
    assert caught.value.found == cause
    assert str(log_of(student).last) == "f(1)"


def test_names_with_an_underscore_are_not_asked_for(define: Callable[..., Student]) -> None:
    student = define(_f=lambda: 1)
    with pytest.raises(AttributeError):
        student._f  # noqa: B018
    assert not workers(student)


# --- a process of its own --------------------------------------------------------


def test_a_process_that_ends_costs_only_the_call_that_ended_it(
    connect: Callable[..., Student],
) -> None:
    code = "import os\ndef f(x): os._exit(0) if x else None\ndef g(): return (1, 2.5)"
    student = connect(lambda: InOtherProcess(code))
    with pytest.raises(Died):
        student.f(True)
    assert student.g() == (1, 2.5)
    assert student.f(False) is None
    assert len(workers(student)) == 2


def test_an_endless_loop_is_a_time_out_and_its_process_is_ended(
    connect: Callable[..., Student],
) -> None:
    limits = replace(LIMITS, call_seconds=3.0)  # the process has to start in it
    code = "def ready(): return True\ndef f():\n while True: pass"
    student = connect(lambda: InOtherProcess(code), limits)
    assert student.ready()
    transport_of(student).limits = replace(limits, call_seconds=0.2)
    with pytest.raises(TimedOut):
        student.f()
    assert workers(student)[0].process.poll() is not None


def test_what_a_call_leaves_behind_does_not_reach_the_next_worker(
    connect: Callable[..., Student],
) -> None:
    code = "n = 0\ndef f():\n global n\n n += 1\n return n"
    one, other = connect(lambda: InOtherProcess(code)), connect(lambda: InOtherProcess(code))
    assert (one.f(), one.f(), other.f(), one.f()) == (1, 2, 1, 3)
