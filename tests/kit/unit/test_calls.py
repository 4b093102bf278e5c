"""Several calls in one request, arguments of unusual form, and what a law tells staff."""

from __future__ import annotations

import textwrap
from typing import Any

import numpy as np
import pytest

from autograder.judge.plugin import JudgePlugin
from autograder.model.errors import Raised, Violation
from autograder.model.grade import Law
from autograder.model.limits import Limits
from autograder.student.inprocess import InProcessTransport
from autograder.student.literal import call_expression
from autograder.student.proxy import Student
from autograder.student.transport import Transport
from autograder.testing import generator

pytest_plugins = ["pytester"]

SUITE = """
from autograder.testing import ensure, number, points, variable

@points(1, task="v", hint="Tipp")
def test_v(student, record_property):
    '''Satz.'''
    value = number(variable(student, "v"))
    record_property("remark", f"{value} is odd")
    for turn in range(100):
        record_property("remark", str(turn) * 1000)
    record_property("other", "nothing for staff")
    ensure(value < 5, "weniger")
"""


class Source:
    """Opens the same names for every law."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace

    def open(self, law: Law) -> Transport:
        return InProcessTransport(self.namespace)

    lost = False

    def must_retry(self, law: Law) -> bool:
        return False


def student(**namespace: Any) -> Student:
    return Student(InProcessTransport(namespace), Limits())


# --- several calls ------------------------------------------------------------


def test_each_call_has_its_own_arguments() -> None:
    assert student(f=lambda a, b: a - b).f.each((5, 1), (7, 2)) == [4, 5]


def test_what_a_later_call_overwrites_is_seen() -> None:
    buffer = np.zeros(2)

    def f(x: float) -> np.ndarray:
        buffer[:] = x
        return buffer

    first, last = student(f=f).f.each((1.0,), (2.0,))
    assert first.tolist() == last.tolist() == [2.0, 2.0]


def test_global_generators_are_in_the_same_state_before_each_call() -> None:
    import random

    def f() -> tuple[float, float]:
        return float(np.random.random()), random.random()

    first, again = student(f=f).f.each((), ())
    assert first == again
    fresh = student(f=lambda: np.random.default_rng().random()).f.each((), ())
    assert fresh[0] != fresh[1]


def test_each_call_gets_the_generator_as_it_was_given() -> None:
    values = student(f=lambda rng: rng.random()).f.each((generator(3),), (generator(3),))
    assert values == [np.random.default_rng(3).random()] * 2


def test_a_call_that_changes_an_argument_of_any_is_caught() -> None:
    def f(x: np.ndarray) -> float:
        x[0] += x.sum() > 2
        return 0.0

    with pytest.raises(Violation):
        student(f=f).f.each((np.ones(2),), (np.ones(3),))


def test_an_exception_in_one_of_several_calls_is_that_of_all() -> None:
    with pytest.raises(Raised):
        student(f=lambda x: 1 / x).f.each((1,), (0,))


def test_several_calls_are_shown_as_python() -> None:
    text = call_expression("f", ((1, np.ones(2)), (2, np.ones(1))), {}, each=True)
    seen: list[Any] = []
    eval(text, {"np": np, "f": lambda *given: seen.append(given)})
    assert [(one, x.tolist()) for one, x in seen] == [(1, [1, 1]), (2, [1])]


# --- forms of arguments -------------------------------------------------------


def flags(x: Any) -> tuple[bool, bool, list[float]]:
    return bool(x.flags.c_contiguous), bool(x.flags.writeable), x.tolist()


def test_an_array_arrives_strided_or_read_only_as_it_was_given() -> None:
    values = np.array([1.0, 2.0, 3.0])
    f = student(f=flags).f
    assert f(values) == (True, True, [1, 2, 3])
    assert f(np.repeat(values, 2)[::2]) == (False, True, [1, 2, 3])
    assert f(x=values[::-1]) == (False, True, [3, 2, 1])
    assert f(np.broadcast_to(values, 3)) == (True, False, [1, 2, 3])


def test_a_number_of_numpys_arrives_as_one() -> None:
    f = student(f=lambda x: type(x).__name__).f
    assert [f(np.int64(3)), f(x=np.float64(0.5)), f(3)] == ["int64", "float64", "int"]


@pytest.mark.parametrize("change", [True, False])
def test_a_view_that_was_changed_is_caught(change: bool) -> None:
    def f(x: np.ndarray) -> int:
        if change:
            x[0] = 9
        return 1

    given = np.repeat(np.ones(2), 2)[::2]
    if change:
        with pytest.raises(Violation):
            student(f=f).f.unchanged(given)
    else:
        assert student(f=f).f.unchanged(x=given) == 1


def test_arguments_of_unusual_form_are_shown_so_that_they_can_be_pasted() -> None:
    values = np.array([1.0, 2.0])
    for given in (values, np.repeat(values, 2)[::2], np.broadcast_to(values, 2)):
        text = call_expression("f", (given,), {})
        assert eval(text, {"np": np, "f": flags}) == flags(given)


# --- what a law tells staff ---------------------------------------------------


@pytest.mark.parametrize("value", [3, 7])
def test_a_law_can_tell_staff_something_whatever_becomes_of_it(
    pytester: pytest.Pytester, value: int
) -> None:
    pytester.makepyfile(test_laws=textwrap.dedent(SUITE))
    grading = JudgePlugin(Source({"v": value}))
    pytester.inline_run("-q", "-p", "no:cacheprovider", plugins=[grading])
    assert grading.outcomes[0].status == ("passed" if value < 5 else "failed")
    assert grading.remarks[0] == f"v: {float(value)} is odd"
    assert len(grading.remarks) <= 5
    assert all(len(remark) <= 300 and "nothing" not in remark for remark in grading.remarks)
