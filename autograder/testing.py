"""All that a hidden test imports of the kit: points, conversions, checks and the student's names.

A hidden test calls the student's functions through the `student` fixture and
judges plain data: what came back has passed the wire, so it is made of None,
bool, int, float, str, tuple, list, dict and NumPy arrays, and of nothing else.
The conversions (`vector`, `number`, `pair`) take that data whatever it is and
raise a `Violation`, with a sentence for the student, where it does not fit.
A test never does arithmetic on an unconverted value: an error of that kind
would be the test's own, and the task would go ungraded.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from autograder.model.errors import PremiseFailed, Raised, StudentError, Violation
from autograder.model.messages import Message, Sentence
from autograder.student.literal import BitGenerator, SeededGenerator, literal
from autograder.student.proxy import Function, Student, variable
from autograder.student.values import same

__all__ = [
    "BitGenerator",
    "Function",
    "Raised",
    "SeededGenerator",
    "Student",
    "StudentError",
    "Vector",
    "Violation",
    "agree",
    "agrees",
    "array",
    "ensure",
    "fail",
    "generator",
    "index",
    "literal",
    "number",
    "numbers",
    "pair",
    "part",
    "points",
    "premise",
    "rejects",
    "same",
    "variable",
    "vector",
]

Test = TypeVar("Test", bound=Callable[..., None])
Vector = NDArray[np.float64]


def points(
    worth: float, *, task: str, hint: str = "", chance: float = 0.0
) -> Callable[[Test], Test]:
    """Mark a test as a law of `task`, worth so many points.

    The docstring of the test is the sentence that the student reads; `hint`
    helps without giving the answer away. `chance` is an upper bound of the
    probability that the law rejects a right answer: a law that judges random
    results takes its seed from the fixture `seed` and states it.
    """
    return pytest.mark.points(worth, task=task, hint=hint, chance=chance)


def ensure(condition: bool, expected: Sentence, found: Sentence | None = None) -> None:
    """Raise a Violation unless `condition` holds.

    `found` defaults to what the last call of the student's function returned.
    """
    if not condition:
        raise Violation(found or "", expected)


@contextlib.contextmanager
def premise() -> Iterator[None]:
    """What a law needs besides its own rule: who fails in the body has not broken the law.

    Such a law earns nothing either, but feedback says that it can't be tried yet, without a hint.
    A premise is weak enough that a wrong value passes it, and strong enough that an answer of no
    worth (a constant, the argument itself) does not.
    """
    try:
        yield
    except (StudentError, AssertionError) as error:
        found, expected = getattr(error, "found", ""), getattr(error, "expected", None)
        raise PremiseFailed(found, expected) from error


@contextlib.contextmanager
def part(key: object) -> Iterator[None]:
    """What is judged in the body is `[key]` of what the last call gave, and is shown as such.

    Say what was found there: `agree` does, `ensure` needs its `found`.
    """
    try:
        yield
    except StudentError as error:
        error.part = f"[{key!r}]{error.part}"
        raise


def agrees(actual: object, expected: ArrayLike, **tolerance: float) -> bool:
    """Whether `agree` finds nothing to say, for where a wrong value is not the law's affair."""
    try:
        agree(actual, expected, **tolerance)
    except Violation:
        return False
    return True


def agree(actual: object, expected: ArrayLike, *, rtol: float = 1e-6, atol: float = 1e-8) -> None:
    """Compare a number or an array with the reference: abs(a - e) <= atol + rtol * abs(e).

    Raises a Violation for another shape, a value that is no number, and nan.
    """
    right = np.asarray(expected, dtype=np.float64)
    given = numbers(actual)
    if given.shape != right.shape:
        fail(Message.of("shape", shape=literal(right.shape)), actual)
    if np.array_equal(given, right):
        return
    with np.errstate(all="ignore"):  # the difference of two huge numbers may overflow
        close = bool(np.allclose(given, right, rtol=rtol, atol=atol))
    if not close:
        fail(literal(right if right.ndim else float(right)), actual)


def array(value: object, size: int, *, kind: str = "f") -> NDArray[Any]:
    """`value`, which must be an array of shape (size,): a list is wrong here.

    `kind` is NumPy's letter: "f" asks for float64, "i" for any integers.
    """
    fits = isinstance(value, np.ndarray) and value.shape == (size,)
    if fits and isinstance(value, np.ndarray):
        if kind == "f" and value.dtype == np.float64:
            return value
        if kind == "i" and value.dtype.kind in "iu":
            return value
    fail(Message.of("array_" + kind, size=str(size)), value)


def vector(value: object, size: int) -> Vector:
    """`value` as float64 of shape (size,): an array, a list or a tuple of numbers."""
    given = numbers(value)
    if given.shape != (size,):
        fail(Message.of("vector", size=str(size)), value)
    return given


def number(value: object) -> float:
    """`value` as a float; raises a Violation where it is no single real number."""
    given = numbers(value)
    if given.shape != ():
        fail(Message.of("number"), value)
    return float(given)


def index(value: object) -> int:
    """`value` as an int: Python's or NumPy's integers, and no bool."""
    if isinstance(value, np.ndarray) and value.shape == ():
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int):
        fail(Message.of("index"), value)
    return value


def numbers(value: object) -> Vector:
    """`value` as a float64 array of any shape, nan and infinities included."""
    try:
        given = np.asarray(value if numeric(value) else None)
        if given.dtype.kind not in "iuf":
            fail(Message.of("numbers"), value)
        with np.errstate(all="ignore"):  # a longdouble may be too large: it becomes infinite
            return given.astype(np.float64)
    except (TypeError, ValueError, OverflowError, MemoryError):
        fail(Message.of("numbers"), value)


def numeric(value: object) -> bool:
    """Whether NumPy may see it: it makes every text of a list as wide as the widest of all."""
    if isinstance(value, list | tuple):
        return all(map(numeric, value))
    return isinstance(value, int | float | np.generic | np.ndarray)


def pair(value: object) -> tuple[object, object]:
    """`value`, which must be a tuple of two."""
    if isinstance(value, tuple) and len(value) == 2:
        return value[0], value[1]
    fail(Message.of("pair"), value)


def rejects(function: Callable[..., object], *arguments: object, **named: object) -> None:
    """Pass where the student's function itself raises ValueError or a subclass."""
    try:
        value = function(*arguments, **named)
    except Raised as error:
        if "ValueError" in error.kinds:
            return
        raise Violation(error.found, Message.of("value_error")) from error
    fail(Message.of("value_error"), value)


def generator(seed: int, *, kind: BitGenerator = "PCG64") -> SeededGenerator:
    """`np.random.default_rng(seed)`, or one of another kind; feedback shows it with its seed."""
    return SeededGenerator(seed, kind=kind)


def fail(expected: Sentence, value: object) -> NoReturn:
    """Raise a Violation: `value` is not what was expected."""
    raise Violation(literal(value), expected)
