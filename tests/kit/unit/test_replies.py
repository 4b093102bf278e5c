"""Whatever a reply says, a hidden test gets plain data of bounded size or a StudentError."""

from __future__ import annotations

import contextlib
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from autograder import testing as law
from autograder.guest import wire
from autograder.model.errors import StudentError
from autograder.model.limits import Limits
from autograder.model.messages import CATALOGUE, render
from autograder.student.inprocess import InProcessTransport
from autograder.student.literal import literal
from autograder.student.proxy import Student, variable
from autograder.testing import generator
from tests.hidden.next_token.choice import choice

LIMITS = Limits()

TOKENS = ["Rom", "Paris"]
SIZE = 1 << 15  # of a large reply: what it takes grows with its size, up to limit reply_bytes
TIMES = 150  # bytes that may be held for each byte of a reply, while it is judged

CHECKS: dict[str, Callable[[Any], object]] = {
    "agree-number": lambda value: law.agree(value, 1.5),
    "agree-vector": lambda value: law.agree(value, [1.0, 2.0]),
    "agree-nothing": lambda value: law.agree(value, np.zeros((0, 3))),
    "array-f": lambda value: law.array(value, 2),
    "array-i": lambda value: law.array(value, 2, kind="i"),
    "vector": lambda value: law.vector(value, 2),
    "number": law.number,
    "index": law.index,
    "numbers": law.numbers,
    "pair": law.pair,
    "choice": lambda value: choice(value, TOKENS),
    "rejects": lambda value: law.rejects(lambda: value),
    "literal": literal,
    "ensure": lambda value: law.ensure(False, literal(value), literal(value)),
}


class Fixed(InProcessTransport):
    """Says the same whatever is asked, as it would arrive."""

    def __init__(self, said: object) -> None:
        super().__init__({})
        self.said = json.dumps(said).encode()

    def ask(self, request: bytes) -> bytes:
        return self.said


def judge(said: object) -> None:
    """Ask in every way, and hand on what comes to all that a hidden test judges by."""
    student = Student(Fixed(said), LIMITS)
    asks: list[Callable[[], object]] = [
        lambda: student.f(np.zeros(2), generator(1), rng=generator(2)),
        lambda: student.f.unchanged([1], x=np.zeros(2)),
        lambda: student.f.repeat(2, [1]),
        lambda: variable(student, "v"),
    ]
    for ask in asks:
        value = None
        with seen():
            value = ask()
        for check in CHECKS.values():
            with seen():
                check(value)


@contextlib.contextmanager
def seen() -> Iterator[None]:
    """A StudentError is fine, if what it says can be said to a student."""
    try:
        yield
    except StudentError as error:
        for language in CATALOGUE:
            for words in (error.found, error.expected or ""):
                assert len(render(words, language).encode()) < 20_000


def replies(values: SearchStrategy[Any]) -> SearchStrategy[dict[str, Any]]:
    """Replies with such values where a reply has some."""
    arguments = st.lists(values, max_size=3)
    named = st.dictionaries(st.sampled_from(["x", "rng"]), values).map(
        lambda pairs: {"dict": [[name, value] for name, value in pairs.items()]}
    )
    return st.fixed_dictionaries(
        {"value": values}, optional={"arguments": arguments | values, "named": named | values}
    )


SPOKEN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=3).map(lambda items: {"tuple": items}),
        st.lists(st.tuples(inner, inner).map(list), max_size=3).map(lambda p: {"dict": p}),
        st.tuples(
            st.sampled_from(["<f8", "|b1", ">i4", "<f2", "|u1", "<f16"]),
            st.lists(st.sampled_from([0, 1, 2, 2**20, 2**24]), max_size=4),
            st.just(""),
        ).map(lambda parts: {"array": list(parts)}),
        st.just(wire.pack(generator(3))),
        st.just(wire.pack(generator(3, kind="MT19937"))),
        st.dictionaries(st.sampled_from(["tuple", "dict", "array", "x"]), inner, max_size=1),
    ),
    max_leaves=8,
)


def nested(depth: int, value: Any = 0) -> Any:
    for _ in range(depth):
        value = [value]
    return value


@settings(max_examples=150, deadline=None)
@given(replies(SPOKEN))
@example({"value": 1, "arguments": nested(wire.DEPTH), "named": {"dict": []}})
@example({"value": 1, "arguments": [], "named": {"dict": [["x", nested(wire.DEPTH - 1)]]}})
@example({"value": ["x", "y" * 10**6] * 2})
@example({"value": {"array": ["|b1", [2**24, 0], ""]}})
@example({"value": [{"array": ["|b1", [2**24, 0], ""]}] * 3})
@example({"value": 10**4299})
@example({"value": [10**4299, 1.5]})
@example({"value": {"dict": [[{"tuple": [float("nan")]}, 1]]}})
def test_any_reply_is_a_value_or_costs_the_test(said: dict[str, Any]) -> None:
    judge(said)


def filled(piece: Any) -> list[Any]:
    """The piece as often as a large reply holds it."""
    return [piece] * (SIZE // (len(json.dumps(piece)) + 2))


LARGE: dict[str, Any] = {
    "texts of one length": filled("ab"),
    "one long text among short ones": ["y" * (SIZE // 2), *filled("x")[: SIZE // 10]],
    "one long text among numbers": [*filled(1)[: SIZE // 6], "y" * (SIZE // 2)],
    "a text": "x" * SIZE,
    "a text of wide letters": "\U0001f600" * (SIZE // 12),
    "empty lists": filled([]),
    "empty tuples": filled({"tuple": []}),
    "empty dicts": filled({"dict": []}),
    "numbers": filled(1),
    "long numbers": filled(10**4299),
    "nested": filled(nested(wire.DEPTH - 2)),
    "arrays without elements": filled({"array": ["|b1", [2**24, 0], ""]}),
    "arrays without rows": filled({"array": ["|b1", [0, 2**24], ""]}),
    "arrays of no dimension": filled({"array": ["|b1", [], "AA=="]}),
    "half an array of bools": wire.pack(np.ones(SIZE // 2, bool)),
    "an array of half floats": wire.pack(np.ones((2, SIZE // 8), "f2")),
    "generators": filled(wire.pack(generator(1))),
    "pairs": filled({"tuple": ["Rom", 0]}),
    "a dict": {"dict": [[number, filled(1)[: SIZE // 2000]] for number in range(500)]},
}


@pytest.mark.parametrize("name", LARGE)
def test_a_large_reply_takes_little_memory(name: str) -> None:
    value = LARGE[name]
    said = {"value": value, "arguments": [value], "named": {"dict": [["x", value]]}}
    size = len(Fixed(said).said)
    assert size < 5 * SIZE
    tracemalloc.start()
    try:
        judge(said)
        assert tracemalloc.get_traced_memory()[1] < TIMES * size
    finally:
        tracemalloc.stop()
