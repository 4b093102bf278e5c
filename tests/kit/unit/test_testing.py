"""The conversions take any plain data and end in the right type or in a Violation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder import testing as law
from autograder.model.errors import Died, Raised, StudentError, TimedOut, Unreadable, Violation
from autograder.model.messages import CATALOGUE, Message, render
from tests.hidden.next_token.choice import choice
from tests.kit.strategies import identical, values

TOKENS = ["Rom", "Paris", "Rom"]
EVERY = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize(
    "convert",
    [
        *(law.number, law.index, law.numbers, law.pair),
        *(lambda value: law.vector(value, 2), lambda value: law.array(value, 2)),
        *(lambda value: law.array(value, 2, kind="i"), lambda value: choice(value, TOKENS)),
        *(lambda value: law.agree(value, 1.5), lambda value: law.agree(value, [1.0, 2.0])),
        *(lambda value: law.agree(value, np.ones((2, 2))), lambda value: law.agree(value, np.inf)),
    ],
    ids=[
        *("number", "index", "numbers", "pair", "vector", "array", "array-i", "choice"),
        *("agree", "agree-vector", "agree-matrix", "agree-inf"),
    ],
)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@EVERY
@given(value=values() | st.tuples(values(), values()))
@example([[1], [1, 2]])
@example([2**70, 1.5])
@example([np.zeros(2), np.zeros(3)])
@example(("Rom", 2**200))
@example((["Rom"], 0))
@example((np.array("Rom"), np.array(0)))
@example(np.array([np.longdouble("1e4000")]))
@example("1.5")
def test_any_plain_data_is_converted_or_a_violation(
    convert: Callable[[object], object], value: object
) -> None:
    try:
        convert(value)
    except Violation as error:
        check_sentences(error)


def check_sentences(error: Violation) -> None:
    for language in CATALOGUE:
        assert render(error.found, language)
        assert error.expected is not None
        assert render(error.expected, language)


# --- one by one -----------------------------------------------------------------


@pytest.mark.parametrize("value", [[1, 2], (1.0, 2), np.array([1, 2]), np.array([1, 2], "float16")])
def test_a_vector_may_be_a_list_a_tuple_or_an_array(value: object) -> None:
    assert identical(law.vector(value, 2), np.array([1.0, 2.0]))


def test_a_vector_may_hold_nan_and_infinities() -> None:
    assert identical(law.vector([np.nan, -np.inf], 2), np.array([np.nan, -np.inf]))


@pytest.mark.parametrize(
    "value",
    [
        *([1], [1, 2, 3], [[1, 2]], 1, None, "12", ["1", "2"], [True, False], {0: 1, 1: 2}),
        *(np.array([True, False]), [1, None], [1, [2]], np.zeros((2, 1))),
    ],
)
def test_what_is_no_vector_of_that_size_is_a_violation(value: object) -> None:
    with pytest.raises(Violation):
        law.vector(value, 2)


def test_an_array_is_handed_on_as_it_is() -> None:
    value = np.array([1.0, 2.0])
    assert law.array(value, 2) is value
    whole = np.array([1, 2], "uint8")
    assert law.array(whole, 2, kind="i") is whole


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *(([1.0, 2.0], "f"), (np.zeros(2, "float32"), "f"), (np.zeros(2, "int64"), "f")),
        *((np.zeros(3), "f"), (np.zeros((2, 1)), "f"), (np.zeros(2), "i")),
        *(([1, 2], "i"), (np.zeros(2, "bool"), "i"), (None, "i")),
    ],
)
def test_what_is_no_such_array_is_a_violation(value: object, kind: str) -> None:
    with pytest.raises(Violation):
        law.array(value, 2, kind=kind)


@pytest.mark.parametrize("value", [3, 3.0, np.array(3), np.array(3, "float32")])
def test_a_number_is_a_float(value: object) -> None:
    assert identical(law.number(value), 3.0)


@pytest.mark.parametrize("value", [None, True, "3", [3], (3,), np.array([3.0]), {}, np.array(True)])
def test_what_is_no_single_number_is_a_violation(value: object) -> None:
    with pytest.raises(Violation):
        law.number(value)


@pytest.mark.parametrize("value", [3, np.array(3), np.array(3, "uint8")])
def test_an_index_is_an_int(value: object) -> None:
    assert identical(law.index(value), 3)


@pytest.mark.parametrize(
    "value", [3.0, True, None, "3", [3], np.array([3]), np.array(3.0), np.array(True)]
)
def test_what_is_no_integer_is_no_index(value: object) -> None:
    with pytest.raises(Violation):
        law.index(value)


def test_a_pair_is_a_tuple_of_two() -> None:
    assert law.pair((1, "a")) == (1, "a")
    for value in ([1, 2], (1,), (1, 2, 3), "ab", None, {1: 2, 3: 4}, np.zeros(2)):
        with pytest.raises(Violation):
            law.pair(value)


@pytest.mark.parametrize("idx", [0, 1, 2])
def test_a_choice_is_the_index_of_its_token(idx: int) -> None:
    assert choice((TOKENS[idx], idx), TOKENS) == idx
    assert choice((TOKENS[idx], np.array(idx)), TOKENS) == idx


@pytest.mark.parametrize(
    "value",
    [
        *(("Paris", 0), ("Rom", -1), ("Rom", 3), ("Rom", True), ("Rom", 0.0), ["Rom", 0]),
        *((0, "Rom"), (None, 0), (["Rom"], 0), ("Rom",), ("Rom", 0, 0), "Rom", ("rom", 0)),
    ],
)
def test_a_token_and_an_index_that_do_not_belong_together_are_a_violation(value: object) -> None:
    with pytest.raises(Violation):
        choice(value, TOKENS)


# --- agree and ensure -----------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        *((1.0 + 1e-9, 1.0), (1, 1.0), ([1, 2], [1.0, 2.0]), (np.array([[1.0]]), [[1.0]])),
        *((np.inf, np.inf), ([-np.inf, 0], [-np.inf, 0.0]), ([], np.zeros(0))),
    ],
)
def test_values_within_the_tolerance_agree(actual: object, expected: Any) -> None:
    law.agree(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        *((1.1, 1.0), ([1.0], 1.0), (1.0, [1.0]), ([1.0, 2.0], [[1.0, 2.0]]), (np.nan, 1.0)),
        *((np.nan, np.nan), (np.inf, -np.inf), (np.inf, 1.0), (None, 1.0), (True, 1.0)),
        *(("1", 1.0), ([1.0, 1.0], 1.0), (np.ones((1, 2)), [1.0, 1.0])),
    ],
)
def test_values_that_differ_are_a_violation(actual: object, expected: Any) -> None:
    with pytest.raises(Violation):
        law.agree(actual, expected)


def test_a_violation_shows_both_values() -> None:
    with pytest.raises(Violation) as caught:
        law.agree([1, 2], np.array([1.0, 3.0]))
    assert (caught.value.found, caught.value.expected) == ("[1, 2]", "np.array([1.0, 3.0])")
    with pytest.raises(Violation) as caught:
        law.agree(2, 3)
    assert (caught.value.found, caught.value.expected) == ("2", "3.0")


def test_the_tolerance_is_the_caller_s() -> None:
    law.agree(1.1, 1.0, rtol=0.2)
    with pytest.raises(Violation):
        law.agree(1e-9, 0.0, atol=0)


def test_ensure_passes_or_says_what_was_expected() -> None:
    law.ensure(True, "alles gut")
    with pytest.raises(Violation) as caught:
        law.ensure(False, "das", "jenes")
    assert (caught.value.found, caught.value.expected) == ("jenes", "das")
    with pytest.raises(Violation) as caught:
        law.ensure(bool(np.False_), Message.of("pair"))
    assert caught.value.found == ""  # the plugin puts in what the last call returned


# --- rejects ----------------------------------------------------------------------


def raising(error: Exception) -> Callable[..., object]:
    def function(*arguments: object, **named: object) -> object:
        raise error

    return function


@pytest.mark.parametrize(
    "kinds", [("ValueError",), ("UnicodeError", "ValueError", "Exception", "BaseException")]
)
def test_a_value_error_or_a_subclass_is_a_rejection(kinds: tuple[str, ...]) -> None:
    law.rejects(raising(Raised("Own", kinds)), [1], p=2)


@pytest.mark.parametrize(
    "error",
    [
        *(Raised("ValueError", ("Exception",)), Raised("ValueError", ()), Raised("E", ("Value",))),
        *(Raised("TypeError", ("TypeError",), "ValueError"), Raised("", ("ValueErrorX",))),
    ],
)
def test_another_exception_is_no_rejection_whatever_its_name(error: Raised) -> None:
    with pytest.raises(Violation) as caught:
        law.rejects(raising(error))
    assert caught.value.found == error.found
    assert caught.value.expected == Message.of("value_error")


def test_a_value_is_no_rejection() -> None:
    with pytest.raises(Violation) as caught:
        law.rejects(lambda *_: [1], 2)
    assert caught.value.found == "[1]"


@pytest.mark.parametrize("kind", [TimedOut, Died, Unreadable])
def test_what_is_not_the_function_s_own_exception_stays_what_it_is(
    kind: type[StudentError],
) -> None:
    with pytest.raises(kind):
        law.rejects(raising(kind("so")))


def test_an_error_of_ours_is_not_taken_for_a_rejection() -> None:
    with pytest.raises(ValueError, match="ours"):
        law.rejects(raising(ValueError("ours")))


def test_a_generator_is_numpy_s_own() -> None:
    assert law.generator(3).random() == np.random.default_rng(3).random()
