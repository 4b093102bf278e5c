"""What feedback shows of a value is Python that gives the value back."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from autograder.student.literal import LONGEST, BitGenerator, call_expression, literal, pieces
from autograder.testing import generator
from tests.kit.strategies import DTYPES, arrays, identical, values

FULL = st.integers(1, 3)
SHAPES = st.just(()) | st.just((0,)) | st.tuples(FULL) | st.tuples(FULL, FULL)


def evaluated(text: str, **names: object) -> object:
    return eval(text, {"np": np, **names})


@settings(max_examples=200, deadline=None)
@given(values())
@example([-0.0, np.inf, -np.inf, np.nan])
@example({"a": (1,), (): None, 1: {}})
@example('it\'s "so"\n\\')
@example(((), (1,), [()]))
def test_the_literal_of_a_value_evaluates_to_it(value: object) -> None:
    text = literal(value)
    assume(len(text) <= LONGEST)
    assume(no_flat_empty(value))
    assert identical(evaluated(text), value)


def no_flat_empty(value: object) -> bool:
    """Python's lists can't say that an array has no rows of three."""
    if isinstance(value, np.ndarray):
        return value.size > 0 or value.shape == (0,)
    if isinstance(value, dict):
        return all(map(no_flat_empty, value.values()))
    return not isinstance(value, list | tuple) or all(map(no_flat_empty, value))


@settings(max_examples=200, deadline=None)
@given(arrays(SHAPES))
def test_the_literal_of_an_array_keeps_its_dtype(value: np.ndarray) -> None:
    text = literal(value)
    assume(len(text) <= LONGEST)
    assert identical(evaluated(text), value)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (2,), (2, 2)])
def test_an_array_of_any_dtype_evaluates_to_itself(dtype: str, shape: tuple[int, ...]) -> None:
    value = np.ones(shape, dtype)
    assert identical(evaluated(literal(value)), value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array([1.0, np.inf, -np.inf, np.nan]), "np.array([1.0, np.inf, -np.inf, np.nan])"),
        (np.array([1, 2]), "np.array([1, 2])"),
        (np.array([1.0], "float32"), "np.array([1.0], dtype='float32')"),
        (np.zeros(0), "np.array([], dtype='float64')"),
        (("Rom", 1), "('Rom', 1)"),
        ((1,), "(1,)"),
        (None, "None"),
    ],
)
def test_a_value_is_written_as_people_write_it(value: object, text: str) -> None:
    assert literal(value) == text


@pytest.mark.parametrize(
    "value", ["x" * 100_000, list(range(10_000)), np.arange(10_000.0), {"a": "x" * 1000}]
)
def test_a_long_value_is_cut_in_the_middle(value: object) -> None:
    text = literal(value)
    assert len(text) <= LONGEST + 10
    assert " ... " in text
    assert text[-1] in "')]}"


@settings(max_examples=100, deadline=None)
@given(st.lists(values(), min_size=20, max_size=40))
def test_of_a_long_value_both_ends_are_those_of_the_whole(value: list[object]) -> None:
    whole = "".join(pieces(value, True))
    assert "".join(list(pieces(value, False))[::-1]) == whole
    assume(len(whole) > LONGEST)
    half = LONGEST // 2
    assert literal(value) == f"{whole[:half]} ... {whole[-half:]}"


@pytest.mark.parametrize(
    "value",
    [
        *([[]] * 10**6, [{0: ()}] * 10**6, [1] * 10**6, "x" * 10**6, np.zeros((1000, 1000), "i1")),
        *({n: [n] * 10**5 for n in range(10)}, np.zeros((2**24, 0))),
    ],
    ids=["lists", "dicts", "numbers", "text", "array", "dict", "no elements"],
)
def test_of_a_huge_value_nothing_is_written_but_what_is_shown(value: object) -> None:
    tracemalloc.start()
    try:
        literal(value)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_value_of_just_the_right_length_is_not_cut() -> None:
    assert literal("x" * (LONGEST - 2)) == repr("x" * (LONGEST - 2))
    assert " ... " in literal("x" * (LONGEST - 1))


def test_a_generator_is_shown_with_its_seed_however_far_it_went() -> None:
    rng = generator(42)
    rng.random(3)
    assert literal(rng) == "np.random.default_rng(42)"


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_of_any_kind_is_shown_as_it_is_made(kind: BitGenerator) -> None:
    rng = generator(42, kind=kind)
    shown = evaluated(literal(rng))
    assert isinstance(shown, np.random.Generator)
    assert type(shown.bit_generator).__name__ == kind
    assert shown.random() == rng.random()
    assert shown.spawn(2)[1].random() == rng.spawn(2)[1].random()


def test_a_call_can_be_pasted() -> None:
    text = call_expression("f", (np.array([1.0]), "Rom"), {"k": 3})
    assert text == "f(np.array([1.0]), 'Rom', k=3)"
    assert call_expression("f", (), {}) == "f()"


@settings(max_examples=60, deadline=None)
@given(st.lists(values().filter(no_flat_empty), max_size=3), values().filter(no_flat_empty))
def test_a_call_evaluates_to_its_arguments(arguments: list[object], named: object) -> None:
    text = call_expression("f", tuple(arguments), {"x": named})
    assume(all(len(literal(value)) <= LONGEST for value in (*arguments, named)))
    assert identical(evaluated(text, f=lambda *a, x: [list(a), x]), [arguments, named])


def test_a_repeated_call_is_a_loop_over_one_generator() -> None:
    text = call_expression("f", ([1],), {"rng": generator(7)}, 4)
    assert text == "rng = np.random.default_rng(7)\n[f([1], rng=rng) for _ in range(4)]"
    names: dict[str, object] = {"np": np, "f": lambda z, rng: rng.random()}
    first, loop = text.split("\n")
    exec(first, names)
    assert eval(loop, names) == np.random.default_rng(7).random(4).tolist()


def test_a_repeated_call_without_a_generator_is_one_line() -> None:
    assert call_expression("f", (1,), {}, 3) == "[f(1) for _ in range(3)]"
