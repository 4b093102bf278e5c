"""Lose precision: digits, small differences, large and small values, letters of a text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from autograder.mutants.witness import ARRAYS, Parameter
from autograder.mutants.wrapper import Behaviour, Subject


def be_imprecise(subject: Subject) -> Iterator[Behaviour]:
    """All that a function may lose of its arguments and of its result."""
    for parameter in subject.of_kind(*ARRAYS, "number"):
        yield from lose_precision(subject, parameter)
        yield from clip(subject, parameter)
    yield from lose_results(subject)
    yield from confuse(subject)
    yield from compare_loosely(subject)


# --- precision ----------------------------------------------------------------


def lose_precision(subject: Subject, parameter: Parameter) -> Iterator[Behaviour]:
    """An argument that is rounded, or held in a smaller type."""
    x, again = parameter.name, scaled(subject, parameter)
    # what chance judges can't tell smaller errors
    decimals = (2, 3) if subject.random else (2, 4) if parameter.kind == "number" else (3, 6, 9)
    for places in decimals:
        yield Behaviour(f"rounds {x} to {places} decimals", f"{x} = np.round({x}, {places}){again}")
    for digits in (3,) if subject.random else (4,):
        if parameter.kind == "number":
            body = f"{x} = float(f'{{{x}:.{digits}g}}')"
        else:
            body = f"{x} = np.array([float(f'{{value:.{digits}g}}') for value in {x}]){again}"
        yield Behaviour(f"keeps {digits} significant digits of {x}", body)
    for small in ("float32", "float16") if parameter.kind in ARRAYS else ():
        body = f"{x} = np.asarray({x}, dtype=np.{small}).astype(np.float64){again}"
        yield Behaviour(f"holds {x} in {small}", body)


def scaled(subject: Subject, parameter: Parameter) -> str:
    """A second line after which probabilities have the sum 1 again, where something draws.

    NumPy's generators refuse any other sum.
    """
    x = parameter.name
    drawn = subject.random and parameter.kind == "probabilities"
    return f"\n{x} = {x} / {x}.sum()" if drawn else ""


def lose_results(subject: Subject) -> Iterator[Behaviour]:
    """A result that is rounded, or computed in a smaller type."""
    if not subject.floats:
        return
    for name, expression in (
        ("rounds the result to 4 decimals", "np.round({}, 4)"),
        ("rounds the result to 7 decimals", "np.round({}, 7)"),
        ("keeps 5 significant digits of the result", "np.vectorize(five, otypes=[float])({})"),
        ("drops results below 1e-4", "np.where(np.abs({0}) < 1e-4, 0.0, {0})"),
        ("returns the result in float16", "np.float64(np.float16({}))"),
    ):
        yield Behaviour(
            name,
            setup=f"""
            def five(value):
                return float(f'{{value:.5g}}')


            def coarse(value):
                if isinstance(value, tuple):
                    return tuple(map(coarse, value))
                if np.asarray(value).dtype.kind != 'f':
                    return value
                return {expression.format("value", "value")} + 0.0
            """,
            result="coarse({call})",
        )
    arrays = subject.of_kind(*ARRAYS)
    if arrays and not subject.random:
        lines = [f"{p.name} = np.asarray({p.name}, dtype=np.float32)" for p in arrays]
        yield Behaviour("computes in float32", "\n".join(lines), result="np.float64({call})")


# --- values -------------------------------------------------------------------


def clip(subject: Subject, parameter: Parameter) -> Iterator[Behaviour]:
    """Values beyond a bound are taken for the bound, or for nothing."""
    x, least, most = parameter.name, parameter.least, parameter.most
    again = scaled(subject, parameter)
    if parameter.kind == "probabilities":
        for bound in (1e-3, 1e-6):
            yield Behaviour(
                f"takes values of {x} below {bound:g} for 0",
                f"{x} = np.where({x} < {bound!r}, 0.0, {x}){again}",
            )
        for bound in (1e-4, 1e-6):
            yield Behaviour(
                f"takes zeros of {x} for {bound:g}",
                f"{x} = np.where({x} == 0, {bound!r}, {x}){again}",
            )
        yield Behaviour(
            f"takes values of {x} above 0.999 for 1",
            f"{x} = np.where({x} > 0.999, 1.0, np.where({x}.max() > 0.999, 0.0, {x}))",
        )
    elif parameter.kind == "numbers":
        yield from clip_numbers(parameter)
    else:
        for low, high in ((least, min(10 * least, most)), (max(most / 2, least), most)):
            bound = high if low == least else low
            yield Behaviour(
                f"takes {x} between {low:g} and {high:g} for {bound:g}",
                f"{x} = {bound!r} if {low!r} <= {x} <= {high!r} else {x}",
            )


def clip_numbers(parameter: Parameter) -> Iterator[Behaviour]:
    """Numbers beyond a bound, and infinite ones."""
    x, least, most = parameter.name, parameter.least, parameter.most
    array = f"{x} = np.array({x}, dtype=np.float64)\n"
    for bound in (most / 2, most / 1000):
        yield Behaviour(
            f"takes values of {x} above {bound:g} for {bound:g}",
            f"{array}{x} = np.minimum({x}, {bound!r})",
        )
    for bound in (least / 2, least / 1000):
        yield Behaviour(
            f"takes finite values of {x} below {bound:g} for {bound:g}",
            f"{array}{x}[np.isfinite({x})] = np.maximum({x}[np.isfinite({x})], {bound!r})",
        )
    for bound in (1e-3, 1e-6):
        yield Behaviour(
            f"takes values of {x} within {bound:g} of 0 for 0",
            f"{array}{x} = np.where(np.abs({x}) < {bound!r}, 0.0, {x})",
        )
    for bound in (1e300, 1e9, -least, -least / 10, -least / 1000) if parameter.masked else ():
        yield Behaviour(
            f"takes -inf in {x} for -{bound:g}",
            f"{array}{x} = np.where(np.isneginf({x}), {-bound!r}, {x})",
        )


def confuse(subject: Subject) -> Iterator[Behaviour]:
    """Values that are almost equal are taken for equal."""
    arrays = subject.of_kind(*ARRAYS)
    for parameter in arrays:
        x = parameter.name
        for name, tolerance in (
            ("as np.isclose does", f"1e-8 + 1e-5 * abs({x}[lower])"),
            ("within 1e-7", "1e-7"),
        ):
            body = f"""
                {x} = np.array({x}, dtype=np.float64)
                order = np.argsort({x}, kind="stable")
                for lower, upper in zip(order, order[1:]):
                    if abs({x}[upper] - {x}[lower]) <= {tolerance}:
                        {x}[upper] = {x}[lower]
                """
            again = scaled(subject, parameter)
            yield Behaviour(
                f"takes values of {x} for equal {name}", textwrap.dedent(body).rstrip() + again
            )
    for first, second in zip(arrays, arrays[1:]):
        x, y = first.name, second.name
        for name, options in (("as np.isclose does", ""), ("within 1e-4", ", atol=1e-4")):
            yield Behaviour(
                f"takes values of {x} and {y} for equal {name}",
                f"{y} = np.where(np.isclose({x}, {y}{options}), {x}, {y})",
            )


# --- texts --------------------------------------------------------------------

LOOSE = {
    "without the spaces around them": "each.strip()",
    "in lower case": "each.casefold()",
    "by their first 10 letters": "each[:10]",
    "by their first letter": "each[:1]",
    "without their accents": "unicodedata.normalize('NFKD', each).encode('ascii', 'ignore')",
    "as Unicode that is composed": "unicodedata.normalize('NFC', each)",
}


def compare_loosely(subject: Subject) -> Iterator[Behaviour]:
    """Texts that are nearly the same are taken for the same, as far as something compares them."""
    for parameter in subject.of_kind("text"):
        x = parameter.name
        for several in subject.of_kind("texts"):
            y = several.name
            for how, expression in LOOSE.items():
                yield Behaviour(
                    f"compares {x} and {y} {how}",
                    f"{x}, {y} = loose({x}), [loose(each) for each in {y}]",
                    f"import unicodedata\n\n\ndef loose(each):\n    return {expression}",
                )
            for how, expression in (
                ("begins with it", f"each.startswith({x})"),
                ("ends with it", f"each.endswith({x})"),
                ("holds it", f"{x} in each"),
                ("it begins with", f"{x}.startswith(each)"),
            ):
                yield Behaviour(
                    f"takes {x} for the first of {y} that {how}",
                    f"{x} = next((each for each in {y} if {expression}), {x})",
                )
