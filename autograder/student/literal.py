"""Write plain values as Python that a student can paste into a notebook."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

import numpy as np

LONGEST = 600  # characters of one value: longer ones are cut in the middle

BitGenerator = Literal["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"]
Pieces = Callable[[Any, bool], Iterator[str]]


def literal(value: object) -> str:
    """`value` as an expression that `np` and builtins can evaluate, cut when too long.

    Of a long value only what is shown is written: it may be a student's, with a million parts.
    """
    begin = "".join(up_to(LONGEST, pieces(value, True)))
    if len(begin) <= LONGEST:
        return begin
    half = LONGEST // 2
    end = "".join([*up_to(half, pieces(value, False))][::-1])
    return f"{begin[:half]} ... {end[-half:]}"


def call_expression(
    function: str,
    arguments: tuple[object, ...],
    named: dict[str, object],
    times: int | None = None,
    *,
    each: bool = False,
) -> str:
    """The call of `function` as Python; a repeated one shares its generator in a loop.

    With `each`, `arguments` are those of one call after the other.
    """
    if each and len(arguments) > 1 and all(one is arguments[0] for one in arguments):
        return f"[{function}(*each) for each in [{literal(arguments[0])}] * {len(arguments)}]"
    if each:
        return f"[{function}(*each) for each in {literal(list(arguments))}]"
    values = [("", value) for value in arguments]
    values += [(f"{name}=", value) for name, value in named.items()]
    if times is None:
        return f"{function}({', '.join(name + argument(value) for name, value in values)})"
    first = ""
    parts = []
    for name, value in values:
        if isinstance(value, SeededGenerator):
            first = f"rng = {literal(value)}\n"
            parts.append(f"{name}rng")
        else:
            parts.append(name + argument(value))
    return f"{first}[{function}({', '.join(parts)}) for _ in range({times})]"


def argument(value: object) -> str:
    """An argument of a call: an array that is strided or read-only is made so."""
    if isinstance(value, np.ndarray) and not value.flags.c_contiguous:
        return f"np.repeat({literal(value)}, 2)[::2]"
    if isinstance(value, np.ndarray) and not value.flags.writeable:
        return f"np.broadcast_to({literal(value)}, {value.shape})"
    return literal(value)


def up_to(letters: int, parts: Iterable[str]) -> Iterator[str]:
    """The parts until they are longer than so many letters together; no other one is made."""
    for part in parts:
        yield part
        letters -= len(part)
        if letters < 0:
            return


# Pieces are written from the beginning or, not `forwards`, from the end.


def pieces(value: object, forwards: bool) -> Iterator[str]:
    """The whole expression, however long, piece by piece."""
    match value:
        case np.ndarray():
            yield from pieces_of_array(value, forwards)
        case list():
            yield from enclosed("[", value, "]", forwards)
        case tuple():
            yield from enclosed("(", value, ",)" if len(value) == 1 else ")", forwards)
        case dict():
            yield from enclosed("{", value.items(), "}", forwards, pieces_of_pair)
        case SeededGenerator():
            yield value.expression
        case np.random.Generator():
            yield "np.random.default_rng()"
        case float():
            yield float_expression(value)
        case _:
            yield repr(value)


def enclosed(
    begin: str, items: Any, end: str, forwards: bool, write: Pieces = pieces
) -> Iterator[str]:
    """Some items between brackets."""
    yield begin if forwards else end
    for number, item in enumerate(items if forwards else reversed(items)):
        if number:
            yield ", "
        yield from write(item, forwards)
    yield end if forwards else begin


def pieces_of_pair(pair: tuple[object, object], forwards: bool) -> Iterator[str]:
    """A key and its value."""
    first, second = pair if forwards else pair[::-1]
    yield from pieces(first, forwards)
    yield ": "
    yield from pieces(second, forwards)


def pieces_of_array(value: np.ndarray, forwards: bool) -> Iterator[str]:
    """The array as `np.array(...)`, with its dtype where the numbers do not show it."""
    if not value.size and value.ndim > 1:
        yield f"np.zeros({value.shape}, dtype='{value.dtype}')"
        return
    shown = value.dtype in (np.dtype("float64"), np.dtype("int64"), np.dtype("bool"))
    ends = "np.array(", ")" if value.size and shown else f", dtype='{value.dtype}')"
    yield ends[0 if forwards else 1]
    yield from pieces_of_row(value, forwards)
    yield ends[1 if forwards else 0]


def pieces_of_row(row: np.ndarray | np.generic, forwards: bool) -> Iterator[str]:
    """The numbers of an array as nested lists, or one of them."""
    if row.ndim:
        yield from enclosed("[", row, "]", forwards, pieces_of_row)
    else:
        yield from pieces(row.item(), forwards)


def float_expression(value: float) -> str:
    """The float as Python writes it, with np.inf and np.nan by their NumPy names."""
    if math.isnan(value):
        return "np.nan"
    if math.isinf(value):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(value)


class SeededGenerator(np.random.Generator):
    """A generator that remembers its kind and seed, to be shown to a student."""

    def __init__(self, seed: int, *, kind: BitGenerator = "PCG64") -> None:
        super().__init__(getattr(np.random, kind)(seed))
        self.seed = seed
        self.kind = kind

    def spawn(self, n_children: int) -> list[np.random.Generator]:
        """NumPy's own children: they have no seed of this form."""
        return np.random.Generator(self.bit_generator).spawn(n_children)

    @property
    def expression(self) -> str:
        """How it is made."""
        if self.kind == "PCG64":
            return f"np.random.default_rng({self.seed})"
        return f"np.random.Generator(np.random.{self.kind}({self.seed}))"
