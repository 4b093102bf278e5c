"""Whatever a worker says in place of a reply is a StudentError, and costs little."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.guest import wire
from autograder.model.errors import (
    Died,
    Raised,
    StudentError,
    TimedOut,
    Unreadable,
)
from autograder.model.messages import CATALOGUE, render
from autograder.student.inprocess import InProcessTransport
from autograder.student.proxy import Student, variable
from autograder.testing import generator
from tests.kit.unit.workers import (
    HASTY,
    LIMITS,
    frame,
    key,
    reply,
)


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
