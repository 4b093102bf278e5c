"""Make calls that a function's contract allows, the odd ones among them.

How it works: an argument's kind is read from its annotation, and a course may say more
of an argument (its range, that it holds probabilities). For every size of vocabulary
the candidates of all arguments are combined. The audit asks each behavioural mutant
these calls: one that answers them all as the reference does is left out, and a call
that it answers otherwise proves that it is wrong.
"""

from __future__ import annotations

import inspect
import itertools
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import numpy as np
from numpy.typing import ArrayLike, NDArray

Kind = Literal[
    "numbers", "probabilities", "number", "whole", "places", "text", "texts", "generator"
]
Form = Literal["plain", "read-only", "strided", "another generator"]
Vector = NDArray[np.float64]

ARRAYS = ("numbers", "probabilities")
SIZES = (1, 2, 3, 4, 7, 130, 1000)
FORMS: tuple[Form, ...] = ("plain", "read-only", "strided", "another generator")
DRAWS = 2  # that one call of a function of chance stands for
ODD_TEXTS = ("Rom", "", " Rom", "rom", "Roma", "Rom\n", "é", "e\u0301", "ß", "ss")


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a function is given in one place.

    `least` and `most` bound numbers; `masked` numbers may hold -inf. `places` are whole
    numbers from 1 to the length of the arrays.
    """

    name: str
    kind: Kind
    least: float = -100.0
    most: float = 100.0
    masked: bool = False
    listed: bool = False  # a list of numbers will do
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Witness:
    """One call: what each parameter is given, by name."""

    arguments: dict[str, Any]
    form: Form = "plain"

    def fresh(self) -> dict[str, Any]:
        """The arguments, to be used once: no two calls share a thing that can be changed."""
        return {name: fresh(value, self.form) for name, value in self.arguments.items()}


@dataclass(frozen=True, slots=True)
class Seed:
    """Stands for a generator that is made when a call is."""

    number: int


def fresh(value: Any, form: Form) -> Any:
    """A copy of a value in the form that a call wants."""
    if isinstance(value, Seed):
        bits = np.random.MT19937 if form == "another generator" else np.random.PCG64
        return np.random.Generator(bits(value.number))
    if isinstance(value, list):
        return list(value)
    if not isinstance(value, np.ndarray):
        return value
    copy = np.repeat(value, 2)[::2] if form == "strided" else value.copy()
    copy.flags.writeable = form != "read-only"
    return copy


# --- what a function takes ----------------------------------------------------


def parameters_of(
    function: Callable[..., Any], described: Mapping[str, Mapping[str, Any]]
) -> tuple[Parameter, ...]:
    """A function's parameters; () where the kind of one of them is unknown.

    `described` says more of an argument, by its name, in the words of `Parameter`.
    """
    hints = hints_of(function)
    found = []
    for name in inspect.signature(function).parameters:
        known = annotated(hints.get(name)) | dict(described.get(name, {}))
        if "kind" not in known:
            return ()
        found.append(Parameter(name, **known))
    return tuple(found)


def hints_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of a function; {} where they name what is not there."""
    try:
        return typing.get_type_hints(function)
    except (NameError, TypeError):
        return {}


def annotated(hint: Any) -> dict[str, Any]:
    """What an annotation says of a parameter, in the words of `Parameter`."""
    if hint == ArrayLike:
        return {"kind": "numbers", "listed": True}
    if get_origin(hint) in (typing.Union, types.UnionType):
        inner = [part for part in get_args(hint) if part is not type(None)]
        return annotated(inner[0]) | {"optional": True} if len(inner) == 1 else {}
    if get_origin(hint) is np.ndarray:
        return {"kind": "numbers"}
    kinds = {float: "number", int: "whole", str: "text", np.random.Generator: "generator"}
    if get_origin(hint) is list and get_args(hint) == (str,):
        return {"kind": "texts"}
    return {"kind": kinds[hint]} if hint in kinds else {}


def holds_floats(hint: Any) -> bool:
    """Whether a result holds floating point numbers, by its annotation."""
    if hint is float or (isinstance(hint, type) and issubclass(hint, np.floating)):
        return True
    return any(holds_floats(part) for part in get_args(hint))


def holds_arrays(hint: Any) -> bool:
    """Whether a result is an array, or holds one, by its annotation."""
    return get_origin(hint) is np.ndarray or any(map(holds_arrays, get_args(hint)))


# --- calls --------------------------------------------------------------------


def witnesses(parameters: Sequence[Parameter]) -> tuple[Witness, ...]:
    """Calls of every size, the same ones each time; () for a function of no parameters."""
    found: list[Witness] = []
    for size in SIZES if parameters else ():
        plain = list(calls(parameters, size))
        found += (Witness(call) for call in plain)
        found += (Witness(call, form) for form in FORMS[1:] for call in plain[:3])
    return tuple(found)


def calls(parameters: Sequence[Parameter], size: int) -> Iterator[dict[str, Any]]:
    """All combinations of the candidates for one size of vocabulary."""
    free = [p for p in parameters if p.kind != "text"]
    for values in itertools.product(*(list(candidates(p, size)) for p in free)):
        call = dict(zip((p.name for p in free), values, strict=True))
        texts = next((call[p.name] for p in free if p.kind == "texts"), ["Rom"])
        for words in itertools.product(*(named(texts) for p in parameters if p.kind == "text")):
            given = iter(words)
            yield {p.name: call[p.name] if p.name in call else next(given) for p in parameters}


def candidates(parameter: Parameter, size: int) -> Iterable[Any]:
    """What a parameter may be given, beside arrays of so many entries."""
    match parameter.kind:
        case "numbers":
            return numbers(parameter, size)
        case "probabilities":
            return probabilities(size)
        case "number":
            return scalars(parameter)
        case "whole":
            least, most = int(parameter.least), int(parameter.most)
            return unique([max(least, 1), least, min(7, most), most // 3, most])
        case "places":
            near = [1, 2, 3, 5, size // 2 + 1, size - 1, size]
            return unique([k for k in near if 1 <= k <= size])
        case "texts":
            return [[f"t{i}" for i in range(size)], odd_texts(size)]
        case "generator":
            return [Seed(size)]
    return []


def scalars(parameter: Parameter) -> list[float]:
    """Single numbers in a range: both ends, odd ones in between, and whole ones."""
    least, most = parameter.least, parameter.most
    tried = [least, most, least + (most - least) * 1.234567e-3, 1.2345678, 1, 2, 0.3]
    return unique([x for x in [*tried, least * 1.2345678, most / 1.2345678] if least <= x <= most])


def numbers(parameter: Parameter, size: int) -> Iterator[Any]:
    """Arrays of numbers: small and huge ones, ties and near ties, some of them masked."""
    least, most, step = parameter.least, parameter.most, np.arange(size, dtype=np.float64)
    plain = [
        np.sin(7.0 * step),
        np.cos(5.0 * step) * 3,
        step % 3,
        np.zeros(size),
        np.clip(most - 0.3 * step[::-1], least, most),
        np.clip(least + 0.7 * step, least, most),
        np.where(step % 2 == 0, most, least),
        np.where(step % 2 == 0, 0.2, most / 3),
        np.where(step % 3 == 0, most / 4, -1.0) + 1e-7 * most * step,
        1.0 + 1e-5 * (step % 5),
        np.where(step % 2 == 0, least, least / 1.5),
    ]
    for values in plain:
        yield values
        if parameter.masked and size > 1:
            yield np.where(step % 2 == 1, -np.inf, values)
            yield np.where(step == 0, -np.inf, values)
    if parameter.listed:
        yield from (values.tolist() for values in plain[:2])
        yield [int(value) for value in step % 3]


def probabilities(size: int) -> Iterator[Vector]:
    """Distributions: even and peaked ones, zeros, ties, near ties, and very small values."""
    step = np.arange(size, dtype=np.float64)
    one = np.where(step == size - 1, 1.0, 0.0)
    yield np.full(size, 1 / size)
    yield one[::-1].copy()
    yield one
    tiny = 10.0 ** -np.minimum(4 + step, 11)
    for weights in (
        1 + step,
        1 + step[::-1],
        np.where(step % 2 == 0, 0, 1 + step) + (step == 0),
        1 + step % 3,
        np.where(step % 3 == 1, 0, 2) * 1.0,
        1 + 1e-8 * step,
        1 + 1e-10 * step,
        1 + 1e-4 * (step % 7),
        np.where(step == size // 2, 1.0, tiny),
        np.where(step == size // 2, 1.0, 1e-4 * (step % 2)),
        np.where(step == 0, 1.0, 3e-6 * (1 + step % 2) / size),
        np.where(step < 2, 1.0, 1e-3 * (step % 4)),
    ):
        yield weights / weights.sum()


def odd_texts(size: int) -> list[str]:
    """Distinct texts that are easily taken for each other, then long ones with one beginning."""
    more = (f"Donaudampfschifffahrt{i}" for i in range(size))
    return [*ODD_TEXTS, *more][:size]


def named(texts: Sequence[str]) -> list[str]:
    """One of the texts, or another one that is nearly the same."""
    first, middle, last = texts[0], texts[len(texts) // 2], texts[-1]
    return unique(
        [first, middle, last, last[:-1], last + " ", last.upper(), last + "x", middle[:10]]
    )


def unique(values: Iterable[Any]) -> list[Any]:
    """Each value once: 1 and 1.0 are two."""
    return list({repr(value): value for value in values}.values())
