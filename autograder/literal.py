"""Write plain values as Python that a student can paste into a notebook."""

from __future__ import annotations

import math

import numpy as np

LONGEST = 600  # characters of one value: longer ones are cut in the middle


def literal(value: object) -> str:
    """`value` as an expression that `np` and builtins can evaluate, cut when too long."""
    text = expression(value)
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2
    return f"{text[:half]} ... {text[-half:]}"


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


def expression(value: object) -> str:
    """The whole expression, however long."""
    match value:
        case np.ndarray():
            return array_expression(value)
        case SeededGenerator():
            return f"np.random.default_rng({value.seed})"
        case np.random.Generator():
            return "np.random.default_rng()"
        case float():
            return float_expression(value)
        case list():
            return "[" + ", ".join(map(expression, value)) + "]"
        case tuple():
            inner = ", ".join(map(expression, value))
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case dict():
            pairs = (f"{expression(k)}: {expression(v)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
        case _:
            return repr(value)


def array_expression(value: np.ndarray) -> str:
    """The array as `np.array(...)`, with its dtype where the numbers do not show it."""
    if not value.size and value.ndim > 1:
        return f"np.zeros({value.shape}, dtype='{value.dtype}')"
    inner = expression(value.tolist())
    shown = value.dtype in (np.dtype("float64"), np.dtype("int64"), np.dtype("bool"))
    if value.size and shown:
        return f"np.array({inner})"
    return f"np.array({inner}, dtype='{value.dtype}')"


def float_expression(value: float) -> str:
    """The float as Python writes it, with np.inf and np.nan by their NumPy names."""
    if math.isnan(value):
        return "np.nan"
    if math.isinf(value):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(value)


class SeededGenerator(np.random.Generator):
    """`np.random.default_rng(seed)` that remembers its seed, to be shown to a student."""

    def __init__(self, seed: int) -> None:
        super().__init__(np.random.PCG64(seed))
        self.seed = seed
