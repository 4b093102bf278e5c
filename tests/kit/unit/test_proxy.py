"""The proxy gives tests plain data or a StudentError, whatever the other side says."""

from __future__ import annotations

import contextlib
import copy
import pickle
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.guest import kernel as guest
from autograder.guest import wire
from autograder.model.errors import (
    Died,
    Missing,
    Raised,
    StudentError,
    TimedOut,
    TimeUsedUp,
    Unreadable,
    Violation,
)
from autograder.model.limits import Limits
from autograder.model.messages import CATALOGUE, Message, render
from autograder.student.budget import Budget, Stopwatch
from autograder.student.effort import Effort, effort_of
from autograder.student.inprocess import InProcessTransport
from autograder.student.literal import BitGenerator
from autograder.student.proxy import Student, log_of, variable
from autograder.student.transport import NoSnapshot, WorkerTransport
from autograder.testing import generator
from tests.kit.strategies import identical, values

LIMITS = replace(Limits(), call_seconds=20.0, calls_seconds=60.0, reply_bytes=20_000)
HASTY = replace(LIMITS, call_seconds=0.2)

# --- workers of three kinds -----------------------------------------------------


class InThread:
    """The guest's own loop in a thread of ours: for functions that neither hang nor crash."""

    def __init__(self, namespace: dict[str, Any], limit: int) -> None:
        ours, self.theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        self.thread = threading.Thread(target=self.serve, args=(namespace, limit))
        self.thread.start()

    def serve(self, namespace: dict[str, Any], limit: int) -> None:
        with contextlib.suppress(EOFError), self.theirs:
            guest.serve_calls(namespace, limit, self.theirs)

    def effort(self) -> Effort:
        return Effort()

    def kill(self) -> None:
        self.connection.close()
        self.thread.join()


class InOtherProcess:
    """The guest's own loop in a process of its own."""

    CODE = """
import socket, sys
from autograder.guest import kernel as guest
namespace = {}
exec(sys.argv[2], namespace)
with socket.socket(fileno=int(sys.argv[1])) as connection:
    guest.end_with(lambda: guest.serve_calls(namespace, 20_000, connection))
"""

    def __init__(self, code: str) -> None:
        ours, theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        with theirs:
            number = theirs.fileno()
            arguments = [sys.executable, "-c", self.CODE, str(number), code]
            self.process = subprocess.Popen(arguments, pass_fds=[number])

    def effort(self) -> Effort:
        return effort_of(Path("/proc", str(self.process.pid)))

    def kill(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait(timeout=20)


class Forged:
    """A worker that has written its bytes before anything is asked."""

    def __init__(self, content: bytes, *, closed: bool) -> None:
        ours, self.theirs = socket.socketpair()
        self.connection = wire.Connection(ours, patient=True)
        self.theirs.sendall(content)
        if closed:
            self.theirs.shutdown(socket.SHUT_WR)

    def effort(self) -> Effort:
        return Effort()

    def kill(self) -> None:
        self.connection.close()
        self.theirs.close()


class Opening:
    """A snapshot: counts its workers, and knows those that nobody ended."""

    ending = None

    def __init__(self, start: Callable[[], Any]) -> None:
        self.start = start
        self.workers: list[Any] = []

    def open(self) -> Any:
        self.workers.append(self.start())
        return self.workers[-1]


@pytest.fixture
def connect() -> Iterator[Callable[..., Student]]:
    """Make a Student of something that starts a worker."""
    students: list[Student] = []

    def connect(
        start: Callable[[], Any], limits: Limits = LIMITS, budget: Budget | None = None
    ) -> Student:
        transport = WorkerTransport(Opening(start), limits, budget or Budget(limits.calls_seconds))
        students.append(Student(transport, limits))
        return students[-1]

    yield connect
    for student in students:
        student._caller.transport.close()


@pytest.fixture
def define(connect: Callable[..., Student]) -> Callable[..., Student]:
    """A Student of functions of ours, answered by the guest in a thread."""
    return lambda **namespace: connect(lambda: InThread(namespace, LIMITS.reply_bytes))


@pytest.fixture
def forge(connect: Callable[..., Student]) -> Callable[..., Student]:
    """A Student whose every worker says the same."""

    def forge(
        content: bytes | object,
        *,
        limits: Limits = HASTY,
        closed: bool = False,
        budget: Budget | None = None,
    ) -> Student:
        said = content if isinstance(content, bytes) else frame(content)
        return connect(lambda: Forged(said, closed=closed), limits, budget)

    return forge


def frame(data: object) -> bytes:
    content = wire.to_bytes(data)
    return struct.pack(">I", len(content)) + content


def reply(value: object, *arguments: object) -> dict[str, object]:
    return {
        "value": wire.pack(value),
        "arguments": wire.pack(list(arguments)),
        "named": wire.pack({}),
    }


def transport_of(student: Student) -> WorkerTransport:
    transport = student._caller.transport
    assert isinstance(transport, WorkerTransport)
    return transport


def workers(student: Student) -> list[Any]:
    transport = transport_of(student)
    assert isinstance(transport.snapshot, Opening)
    return transport.snapshot.workers


def key(error: pytest.ExceptionInfo[StudentError]) -> str:
    found = error.value.found
    assert isinstance(found, Message)
    assert render(found, "de")
    return found.key


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


# --- forged replies --------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        *({}, [], None, 3, "text", {"value": {}}, {"value": {"set": []}}, {"other": 1}),
        *({"missing": False}, {"not_callable": 3}, {"unreadable": None}, {"too_large": 1.5}),
        *({"raised": {}}, {"raised": {"name": 1, "kinds": [], "text": ""}}, {"raised": None}),
        *({"raised": {"name": "E", "kinds": "ValueError", "text": ""}}, {"value": "\ud800"}),
        {"value": 1, "arguments": [], "named": []},
        *({"value": 1, "arguments": {"tuple": []}, "named": {"dict": []}},),
        *({"value": 1, "arguments": {"x": 1}, "named": {"dict": []}},),
        *({"value": {"array": ["O", [1], ""]}}, {"value": {"array": ["<f8", [10**12], ""]}}),
        *(b"\0\0\0\0", b"\0\0\0\1{", b"\0\0\0\2\xff\xfe", frame({}) * 50),
    ],
    ids=lambda said: repr(said)[:40],
)
def test_a_reply_that_is_none_is_unreadable(forge: Callable[..., Student], said: object) -> None:
    with pytest.raises(Unreadable) as caught:
        forge(said).f()
    assert key(caught) == "unreadable"


@settings(max_examples=150, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["value", "raised", "missing", "not_callable", "unreadable", "arguments", "named", "x"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["tuple", "dict", "array", "name", "kinds", "text"]), inner
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_an_arbitrary_reply_is_a_value_or_an_error_of_the_students(said: dict[str, Any]) -> None:
    class Fixed(InProcessTransport):
        def ask(self, request: bytes) -> bytes:
            return wire.to_bytes(said)

    student = Student(Fixed({}), LIMITS)
    asks: list[Callable[[], object]] = [
        lambda: student.f(np.zeros(2), generator(1)),
        lambda: student.f.repeat(2, [1]),
        lambda: student.f.unchanged([1], x=2),
        lambda: variable(student, "v"),
    ]
    for ask in asks:
        with contextlib.suppress(StudentError):
            ask()


def test_a_reply_that_is_too_large_is_not_read(forge: Callable[..., Student]) -> None:
    student = forge(struct.pack(">I", 0xFFFFFFFF) + b"[" * 1000)
    with pytest.raises(Unreadable) as caught:
        student.f()
    assert key(caught) == "too_large"
    assert caught.value.found.data == {"bytes": str(HASTY.reply_bytes)}


@pytest.mark.parametrize("said", [b"", b"\0", frame(reply(1))[:-1]])
def test_silence_is_a_time_out(forge: Callable[..., Student], said: bytes) -> None:
    with pytest.raises(TimedOut) as caught:
        forge(said).f()
    assert key(caught) == "timed_out"
    assert caught.value.found.data == {"seconds": "0.2"}


@pytest.mark.parametrize("said", [b"", b"\0", frame(reply(1))[:-1]])
def test_the_end_of_the_worker_is_a_death(forge: Callable[..., Student], said: bytes) -> None:
    with pytest.raises(Died):
        forge(said, closed=True).f()


def test_names_that_lie_are_only_words(forge: Callable[..., Student]) -> None:
    lies = {"name": "{x}<b>" * 500, "kinds": ["TimedOut", 3, None, "GraderError"], "text": "{0}"}
    student = forge({"raised": lies, "arguments": [], "named": {"dict": []}})
    with pytest.raises(Raised) as caught:
        student.f()
    assert type(caught.value) is Raised
    assert caught.value.kinds == ("TimedOut", "GraderError")
    assert len(caught.value.found.data["kind"]) <= 400
    for language in CATALOGUE:
        assert render(caught.value.found, language).endswith("{0}")


def test_words_of_the_sandbox_can_be_written_to_a_file(forge: Callable[..., Student]) -> None:
    for said in (
        {"raised": {"name": "\ud800", "kinds": ["\ud800"], "text": "\udfff"}},
        {"unreadable": "\ud800"},
        {"not_callable": "\ud800"},
    ):
        with pytest.raises(StudentError) as caught:
            forge(said).f()
        render(caught.value.found, "de").encode("utf-8")


@pytest.mark.parametrize("value", [[], [1], [1, 2, 3], (1, 2), 3, None, {0: 1, 1: 2}, np.zeros(2)])
def test_a_repeated_call_has_exactly_as_many_results(
    forge: Callable[..., Student], value: object
) -> None:
    with pytest.raises(Unreadable):
        forge(reply(value)).f.repeat(2)


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
