"""Compare plain values, as they come over the wire, with each other."""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def same(found: Any, other: Any) -> bool:
    """Whether two plain values are the same kind of thing with the same numbers in it.

    Generators are the same: how far they moved is their own affair.
    """
    if is_number(found) and is_number(other):
        return close(found, other)
    if type(found) is not type(other):
        return False
    if isinstance(found, np.ndarray):
        kind = found.dtype == other.dtype and found.shape == other.shape
        return kind and np.allclose(found, other, rtol=1e-9, atol=1e-12, equal_nan=True)
    if isinstance(found, list | tuple):
        return len(found) == len(other) and all(map(same, found, other))
    if isinstance(found, dict):
        return same(list(found.items()), list(other.items()))
    return isinstance(found, np.random.Generator) or bool(found == other)


def close(found: float, other: float) -> bool:
    """Whether two numbers are the same but for rounding; nan is itself."""
    if found != found and other != other:
        return True
    try:
        return math.isclose(found, other, rel_tol=1e-9, abs_tol=1e-12)
    except OverflowError:  # a whole number that is larger than any float
        return found == other


def is_number(value: Any) -> bool:
    """Whether it is a number: Python's or NumPy's integers and floats are not distinguished."""
    return isinstance(value, int | float) and not isinstance(value, bool)
