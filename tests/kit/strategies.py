"""Arbitrary plain data, as a student's function may return it, and a strict comparison."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from hypothesis.strategies import SearchStrategy

DTYPES = [
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "longdouble"),
]
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def texts() -> SearchStrategy[str]:
    """Texts that UTF-8 can hold."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=6)


def scalars() -> SearchStrategy[object]:
    return st.one_of(
        st.none(), st.booleans(), st.integers(), st.integers(-3, 3), st.floats(), texts()
    )


def arrays(shapes: SearchStrategy[tuple[int, ...]] = SHAPES) -> SearchStrategy[np.ndarray]:
    return st.sampled_from(DTYPES).flatmap(lambda name: npst.arrays(name, shapes))


def values(leaves: SearchStrategy[object] | None = None) -> SearchStrategy[object]:
    """None, bool, int, float, str, arrays, and lists, tuples and dicts of them."""
    return st.recursive(
        scalars() | arrays() if leaves is None else leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.lists(inner, max_size=3).map(tuple),
            st.dictionaries(scalars().filter(lambda key: key == key), inner, max_size=3),
        ),
        max_leaves=6,
    )


def identical(one: object, other: object) -> bool:
    """Whether two plain values agree in type and content, down to -0.0; nan is itself."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (one.dtype, one.shape) == (other.dtype, other.shape) and same_numbers(one, other)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return identical(list(one.items()), list(other.items()))
    if isinstance(one, float) and isinstance(other, float):
        if math.isnan(one) or math.isnan(other):
            return math.isnan(one) and math.isnan(other)
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def same_numbers(one: np.ndarray, other: np.ndarray) -> bool:
    if one.dtype.kind != "f":
        return np.array_equal(one, other)
    zeros = np.signbit(one[one == 0]), np.signbit(other[other == 0])
    return np.array_equal(one, other, equal_nan=True) and np.array_equal(*zeros)
