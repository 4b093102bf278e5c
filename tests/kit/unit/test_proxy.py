"""The proxy gives tests plain data or a StudentError, whatever the other side says."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.guest import wire
from autograder.model.errors import (
    Missing,
    Raised,
    StudentError,
    TimedOut,
    Unreadable,
    Violation,
)
from autograder.student.inprocess import InProcessTransport
from autograder.student.literal import BitGenerator
from autograder.student.proxy import Student, log_of, variable
from autograder.testing import generator
from tests.kit.strategies import identical, values
from tests.kit.unit.workers import (
    LIMITS,
    key,
    reply,
    workers,
)

# --- honest functions -----------------------------------------------------------


def test_a_call_returns_plain_data(define: Callable[..., Student]) -> None:
    student = define(half=lambda z, by=2: z / by)
    assert identical(student.half(np.array([1.0, 2.0])), np.array([0.5, 1.0]))
    assert student.half(9, by=3) == 3


@settings(max_examples=60, deadline=None)
@given(value=values())
def test_arguments_and_results_pass_unchanged(value: object) -> None:
    student = Student(InProcessTransport({"same": lambda x: x}), LIMITS)
    assert identical(student.same(value), value)


def test_a_variable_arrives_as_plain_data(define: Callable[..., Student]) -> None:
    student = define(my_logits=np.arange(3.0), double=lambda x: 2 * x)
    assert variable(student, "my_logits").tolist() == [0, 1, 2]
    assert (log_of(student).last, log_of(student).found) == (
        "my_logits",
        "np.array([0.0, 1.0, 2.0])",
    )
    assert student.double(2) == 4


def test_a_variable_that_is_not_there_is_missing(define: Callable[..., Student]) -> None:
    with pytest.raises(Missing):
        variable(define(), "my_logits")


def test_a_function_that_is_not_there_is_missing(define: Callable[..., Student]) -> None:
    student = define()
    with pytest.raises(Missing) as caught:
        student.softmax([1])
    assert key(caught) == "missing"


def test_a_name_that_is_no_function_is_missing_too(define: Callable[..., Student]) -> None:
    student = define(softmax=3)
    with pytest.raises(Missing) as caught:
        student.softmax([1])
    assert key(caught) == "not_callable"
    assert caught.value.found.data["kind"] == "int"


def test_builtins_are_no_functions_of_the_student(define: Callable[..., Student]) -> None:
    student = define(__builtins__=__builtins__)
    with pytest.raises(Missing):
        student.sum([1])


def test_an_exception_arrives_with_its_name_and_its_kinds(define: Callable[..., Student]) -> None:
    def f() -> None:
        raise UnicodeDecodeError("utf-8", b"", 0, 1, "so")

    student = define(f=f)
    with pytest.raises(Raised) as caught:
        student.f()
    assert caught.value.kinds[:2] == ("UnicodeDecodeError", "UnicodeError")
    assert "ValueError" in caught.value.kinds
    assert log_of(student).found == caught.value.found


def test_a_class_of_the_students_is_no_built_in_kind(define: Callable[..., Student]) -> None:
    own = type("ValueError", (Exception,), {})

    def f() -> None:
        raise own("mine")

    with pytest.raises(Raised) as caught:
        define(f=f).f()
    assert caught.value.found.data["kind"] == "ValueError"
    assert "ValueError" not in caught.value.kinds


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit, RecursionError])
def test_whatever_a_function_raises_is_its_own_doing(
    define: Callable[..., Student], kind: type[BaseException]
) -> None:
    def f() -> None:
        raise kind

    student = define(f=f, g=lambda: 1)
    with pytest.raises(Raised) as caught:
        student.f()
    assert kind.__name__ in caught.value.kinds
    assert student.g() == 1


def test_an_exception_without_a_readable_text_still_arrives(
    define: Callable[..., Student],
) -> None:
    class Nasty(Exception):
        def __str__(self) -> str:
            raise SystemExit

    def f() -> None:
        raise Nasty

    with pytest.raises(Raised) as caught:
        define(f=f).f()
    assert key(caught) == "raised_silently"


def test_a_long_text_of_an_exception_is_cut(define: Callable[..., Student]) -> None:
    def f() -> None:
        raise ValueError("x" * 100_000 + "\ud800")

    with pytest.raises(Raised) as caught:
        define(f=f).f()
    assert len(caught.value.found.data["text"]) < 1000


class Odd(list):
    """A list that fails while it is written down."""

    def __iter__(self) -> Iterator[Any]:
        raise ValueError("while it is sent")


@pytest.mark.parametrize(
    "value",
    [
        *({1}, b"x", 1j, len, object(), np.array([None]), np.ma.array([1.0]), 10**5000, Odd()),
        *("\ud800", [["\udfff"]], {"a": {1}}, np.datetime64("2024"), np.random.RandomState(0)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_plain_data_is_unreadable_and_not_an_exception_of_the_function(
    define: Callable[..., Student], value: object
) -> None:
    student = define(f=lambda: value, g=lambda: 1)
    with pytest.raises(Unreadable):
        student.f()
    assert student.g() == 1


def test_a_value_that_is_too_large_is_unreadable(define: Callable[..., Student]) -> None:
    student = define(f=lambda: "x" * LIMITS.reply_bytes, g=lambda: 1)
    with pytest.raises(Unreadable) as caught:
        student.f()
    assert key(caught) == "too_large"
    assert student.g() == 1


def test_one_worker_answers_all_calls_of_a_test(define: Callable[..., Student]) -> None:
    seen: list[int] = []

    def f(x: int) -> int:
        seen.append(x)
        return len(seen)

    student = define(f=f)
    assert [student.f(1), student.f(2), student.f(3)] == [1, 2, 3]
    assert len(workers(student)) == 1


# --- generators -----------------------------------------------------------------


def test_a_generator_of_ours_goes_on_where_the_call_left_it(
    define: Callable[..., Student],
) -> None:
    student = define(draw=lambda rng, n: rng.random(n))
    ours, alone = generator(7), np.random.default_rng(7)
    for n in (3, 1):
        assert identical(student.draw(ours, n), alone.random(n))
    assert identical(student.draw(n=2, rng=ours), alone.random(2))
    assert ours.random() == alone.random()


def test_a_repeated_call_shares_its_generator(define: Callable[..., Student]) -> None:
    student = define(draw=lambda rng: rng.integers(9, dtype=np.uint32))
    ours, alone = generator(7), np.random.default_rng(7)
    expected = [int(alone.integers(9, dtype=np.uint32)) for _ in range(5)]
    assert student.draw.repeat(5, ours) == expected
    assert ours.random() == alone.random()


KINDS: list[BitGenerator] = ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]

# what a function may do with its generator, each time in the same way
SEEDING: list[Callable[[np.random.Generator], float]] = [
    lambda rng: rng.spawn(1)[0].random(),
    lambda rng: rng.bit_generator.spawn(2)[1].random_raw(),
    lambda rng: np.random.default_rng(rng.bit_generator.seed_seq.spawn(3)[2]).random(),
    lambda rng: np.random.default_rng(int(rng.integers(2**63))).random(),
    lambda rng: copy.copy(rng).random() + rng.random(),
    lambda rng: copy.deepcopy(rng).spawn(1)[0].random() + rng.random(),
    lambda rng: pickle.loads(pickle.dumps(rng)).spawn(1)[0].random() + rng.standard_normal(),
    lambda rng: np.random.default_rng(rng.bit_generator.seed_seq).random(),
    lambda rng: rng.spawn(1)[0].spawn(1)[0].random(),
]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(len(SEEDING)))
@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_what_a_function_seeds_from_its_generator_is_what_numpy_would_give_it(
    kind: BitGenerator, number: int, seed: int
) -> None:
    draw = SEEDING[number]
    student = Student(InProcessTransport({"draw": draw}), LIMITS)
    ours, alone = generator(seed, kind=kind), np.random.Generator(getattr(np.random, kind)(seed))
    assert student.draw(ours) == draw(alone)
    assert student.draw(rng=ours) == draw(alone)
    assert student.draw.repeat(3, ours) == [draw(alone) for _ in range(3)]
    assert student.draw.unchanged(ours) == draw(alone)
    assert ours.random() == alone.random()
    assert ours.spawn(1)[0].random() == alone.spawn(1)[0].random()


def test_another_seed_has_other_children() -> None:
    student = Student(InProcessTransport({"draw": SEEDING[0]}), LIMITS)
    assert len({student.draw(generator(seed)) for seed in range(20)}) == 20


def test_a_generator_by_name_follows_its_own_copy(define: Callable[..., Student]) -> None:
    def draw(**named: np.random.Generator) -> list[float]:
        named["a"].random(5)
        return [named[name].random() for name in sorted(named)]

    one, other = generator(1), generator(2)
    define(draw=draw).draw(b=other, a=one)
    assert one.random() == np.random.default_rng(1).random(7)[6]
    assert other.random() == np.random.default_rng(2).random(2)[1]


@pytest.mark.parametrize(
    "forged",
    [
        *(generator(8), generator(7, kind="MT19937"), generator(7, kind="PCG64DXSM")),
        generator(7).spawn(1)[0],
    ],
)
def test_another_generator_in_place_of_ours_is_unreadable(
    forge: Callable[..., Student], forged: np.random.Generator
) -> None:
    ours = generator(7)
    with pytest.raises(Unreadable):
        forge(reply(1, forged)).draw(ours)
    assert ours.random() == np.random.default_rng(7).random()


def test_a_generator_stays_where_it_was_when_nothing_can_be_believed(
    forge: Callable[..., Student],
) -> None:
    for said in ({"missing": True}, {"value": 1, "arguments": [], "named": 3}):
        ours = generator(7)
        with pytest.raises(StudentError):
            forge(said).draw(ours)
        assert ours.random() == np.random.default_rng(7).random()


def test_who_says_nothing_of_the_arguments_has_left_them_alone(
    forge: Callable[..., Student],
) -> None:
    ours = generator(7)
    assert forge({"value": 1}).draw.unchanged(ours, [1, 2]) == 1
    assert ours.random() == np.random.default_rng(7).random()


def test_a_forged_state_of_a_generator_is_unreadable(forge: Callable[..., Student]) -> None:
    state = ["PCG64", [1 << 200, 0, 0, 0], [7, [], 4, 0]]
    said = {"value": 1, "arguments": [{"generator": state}], "named": {"dict": []}}
    with pytest.raises(Unreadable):
        forge(said).draw(generator(7))


# --- unchanged ------------------------------------------------------------------


def set_first(z: Any) -> None:
    z[0] = 9


def set_nested(z: Any) -> None:
    z[0][0] = 9


@pytest.mark.parametrize(
    ("function", "argument"),
    [
        (set_first, np.array([1.0, 2.0])),
        (set_first, np.array([np.nan, 2.0])),
        (set_first, [1.0, 2.0]),
        (set_first, {0: 1}),
        (set_nested, [[1.0], [2.0]]),
        (set_nested, [np.array([1.0])]),
        (set_nested, (["a"],)),
        (lambda z: z.append(1), [1]),
        (lambda z: z.sort(), [2, 1]),
        (lambda z: z.sort(), np.array([2, 1])),
        (lambda z: z.clear(), {"a": 1}),
        (lambda z: z.resize(1, refcheck=False), np.array([1.0, 2.0])),
        (lambda z: z.__setitem__(0, True), [1]),
        (lambda z: z.__setitem__(0, 1.0), [1]),
        (lambda z: z.__setitem__(0, (1,)), [[1]]),
        (lambda z: z.__setitem__(0, -0.0), [0.0]),
    ],
)
def test_a_change_in_place_is_found(
    define: Callable[..., Student], function: Callable[[Any], None], argument: Any
) -> None:
    student = define(f=function)
    with pytest.raises(Violation) as caught:
        student.f.unchanged(argument)
    assert key(caught) == "changed"
    with pytest.raises(Violation):
        student.f.unchanged(z=argument)


@pytest.mark.parametrize("depth", range(wire.DEPTH - 3, wire.DEPTH + 3))
def test_an_argument_that_was_nested_is_a_change_however_deep(
    define: Callable[..., Student], depth: int
) -> None:
    def nest(z: list[Any]) -> int:
        for _ in range(depth):
            z[:] = [list(z)]
        return 3

    student = define(f=nest)
    for ask in (lambda: student.f.unchanged([1]), lambda: student.f.unchanged(z=[1])):
        with pytest.raises((Violation, Unreadable)):
            ask()


def test_a_change_is_shown_no_longer_than_what_was_passed(forge: Callable[..., Student]) -> None:
    said = {"value": 1, "arguments": ["x" * 500] * 30, "named": {"dict": []}}
    with pytest.raises(Violation) as caught:
        forge(said).f.unchanged(1, x=2)
    assert len(caught.value.found.data["arguments"]) < 1100


@settings(max_examples=60, deadline=None)
@given(value=values(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)))
@example(np.array([np.nan, np.inf, -0.0]))
@example([float("nan"), np.float64(2), np.int64(2), np.str_("a"), np.array([1.0], ">f8")])
@example([np.zeros((0, 3), "float16"), ("a", {"b": [True, 1, 1.0]})])
def test_arguments_that_stay_as_they_were_are_no_violation(value: object) -> None:
    student = Student(InProcessTransport({"f": lambda x, y: 3}), LIMITS)
    assert student.f.unchanged(value, y=value) == 3


def test_a_generator_may_advance(define: Callable[..., Student]) -> None:
    student = define(f=lambda z, rng: rng.random())
    value = student.f.unchanged(np.zeros(2), rng=generator(3))
    assert value == np.random.default_rng(3).random()


@pytest.mark.parametrize(
    "after", [[], [1, 2], [[1.0], 2], ["a"], [{"array": ["<f4", [1], "AACAPw=="]}]]
)
def test_forged_arguments_are_a_change(forge: Callable[..., Student], after: list[object]) -> None:
    said = {"value": 1, "arguments": after, "named": {"dict": []}}
    with pytest.raises(Violation):
        forge(said).f.unchanged(np.array([1.0]))


def test_a_call_alone_meets_a_copy_that_nobody_has_called_and_leaves_no_trace() -> None:
    def fresh() -> dict[str, Callable[..., int]]:
        seen: list[int] = []
        return {"count": lambda x: seen.append(x) or len(seen)}

    student = Student(InProcessTransport(fresh(), LIMITS, fresh), LIMITS)
    assert student.count.each((5,), (5,)) == [1, 2]
    log = log_of(student)
    last, exchanges = log.last, list(log.exchanges)
    assert [student.count.alone(5), student.count.alone(5), student.count.alone(6)] == [1, 1, 1]
    assert (log.last, log.exchanges) == (last, exchanges)


def test_a_call_alone_that_takes_too_long_is_waited_for_once() -> None:
    def hang(x: int) -> None:
        while True:
            pass

    limits = replace(LIMITS, call_seconds=0.2)
    student = Student(InProcessTransport({"hang": hang, "f": lambda x: x}, limits), limits)
    assert student.f(1) == 1
    with pytest.raises(TimedOut):
        student.hang.alone(1)
    with pytest.raises(TimedOut):
        student.f(1)
