"""Wrap a reference so that it behaves wrongly in a subtle way: precision, memory, chance.

How it works: a mutant of this kind calls the reference's function, with an argument that
was rounded or remembered, say, or with another generator. The tables know nothing of an
assignment: they go by the kind of each parameter (`witness.Parameter`). A mutant that
answers all calls of `witness.witnesses` as the reference does is left out: nobody could
show that it is wrong.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.witness import ARRAYS, Parameter

RIGHT = "right"  # what a wrapped function is called


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What a wrapper does: `body` before the call, `result` with what it returns.

    `sure`: it is wrong though no single call shows it.
    """

    about: str
    body: str = ""
    setup: str = ""
    result: str = "{call}"
    positional: bool = False  # whether arguments can't be named
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A function of the reference, as far as wrappers go by it."""

    node: ast.FunctionDef
    parameters: tuple[Parameter, ...]
    floats: bool  # whether its result holds floating point numbers
    arrays: bool  # whether it returns arrays

    def of_kind(self, *kinds: str) -> list[Parameter]:
        """The parameters of some kinds."""
        return [each for each in self.parameters if each.kind in kinds]

    @property
    def random(self) -> bool:
        """Whether it is given a generator."""
        return bool(self.of_kind("generator"))

    @property
    def call(self) -> str:
        """The call of what is wrapped."""
        only = {arg.arg for arg in self.node.args.kwonlyargs}
        given = (f"{p.name}={p.name}" if p.name in only else p.name for p in self.parameters)
        return f"{RIGHT}({', '.join(given)})"


def wrap(subject: Subject, behaviour: Behaviour) -> str:
    """The text of a cell: the reference's function, and the one that calls it."""
    body = textwrap.dedent(behaviour.body).strip("\n")
    inner = [
        f'"""{behaviour.about[0].upper()}{behaviour.about[1:]}."""',
        *([body] if body else []),
        f"return {behaviour.result.format(call=subject.call)}",
    ]
    outer = f"def {subject.node.name}({signature(subject.node, behaviour.positional)}):\n"
    setup = textwrap.dedent(behaviour.setup).strip("\n")
    parts = [
        ast.unparse(subject.node),
        f"import numpy as np\n\n{RIGHT} = {subject.node.name}",
        *([setup] if setup else []),
        outer + textwrap.indent("\n".join(inner), "    "),
    ]
    return "\n\n\n".join(parts) + "\n"


def signature(node: ast.FunctionDef, positional: bool) -> str:
    """The parameters with their defaults, without annotations."""
    named = [ast.arg(arg.arg) for arg in node.args.args]
    first = [ast.arg(arg.arg) for arg in node.args.posonlyargs]
    bare = ast.arguments(
        posonlyargs=[*first, *named] if positional else first,
        args=[] if positional else named,
        kwonlyargs=[ast.arg(arg.arg) for arg in node.args.kwonlyargs],
        kw_defaults=node.args.kw_defaults,
        defaults=node.args.defaults,
    )
    return ast.unparse(bare)


def behaviours(subject: Subject) -> Iterator[Behaviour]:
    """All that might go wrong with a function, whether or not it can be told from the right one."""
    for parameter in subject.of_kind(*ARRAYS, "number"):
        yield from lose_precision(subject, parameter)
        yield from clip(subject, parameter)
    yield from lose_results(subject)
    yield from confuse(subject)
    yield from remember(subject)
    yield from change_in_place(subject)
    yield from compare_loosely(subject)
    yield from misuse_generator(subject)
    yield from need_common_form(subject)


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


# --- memory -------------------------------------------------------------------

FULL = {
    "numbers": "np.asarray({x}, dtype=np.float64).tobytes()",
    "probabilities": "{x}.tobytes()",
    "texts": "tuple({x})",
}
COARSE: dict[str, tuple[tuple[str, str], ...]] = {
    "arrays": (
        ("rounded to 3 decimals", "np.round({x}, 3).tobytes()"),
        ("rounded to 6 decimals", "np.round({x}, 6).tobytes()"),
        ("alone by its length", "len({x})"),
        ("in sorted order", "np.sort({x}).tobytes()"),
        ("alone by its length and sum", "(len({x}), round(float(np.sum({x})), 9))"),
        ("alone by its ends", "(len({x}), float({x}[0]), float({x}[-1]))"),
        ("alone by its largest value", "(len({x}), float(np.max({x})))"),
    ),
    "number": (
        ("rounded to 1 decimal", "round({x}, 1)"),
        ("rounded to 3 decimals", "round({x}, 3)"),
    ),
    "whole": (),
    "places": (),
    "text": (("alone by its first letter", "{x}[:1]"),),
    "texts": (("alone by its length", "len({x})"), ("as a set", "frozenset({x})")),
}


def remember(subject: Subject) -> Iterator[Behaviour]:
    """Results and arguments of an earlier call, found by a key that is too coarse."""
    plain = [each for each in subject.parameters if each.kind != "generator"]
    for parameter in plain:
        x = parameter.name
        kind = "arrays" if parameter.kind in ARRAYS else parameter.kind
        others = [FULL.get(p.kind, "{x}").format(x=p.name) for p in plain if p is not parameter]
        if subject.random:
            if parameter.kind in ARRAYS:
                yield from remember_argument(x, COARSE[kind])
        else:
            coarse = [*COARSE[kind], *([("not at all", "None")] if others else [])]
            for how, expression in coarse:
                key = ", ".join([expression.format(x=x), *others])
                yield Behaviour(
                    f"remembers results by a key that holds {x} {how}",
                    f"""
                    key = ({key},)
                    if key not in remembered:
                        remembered[key] = {subject.call}
                    """,
                    "remembered = {}",
                    "remembered[key]",
                )
    for parameter in subject.parameters:
        if parameter.optional and subject.random:
            continue  # what a function makes for itself may be kept
        x = parameter.name
        yield Behaviour(
            f"keeps {x} of the first call",
            f"{x} = kept.setdefault('{x}', {x})",
            "kept = {}",
        )
        if parameter.kind in ARRAYS:
            yield Behaviour(
                f"takes {x} of the call before where that had the same length",
                f"{x}, kept[len({x})] = kept.get(len({x}), {x}), {x}",
                "kept = {}",
            )
    if subject.arrays:
        yield reuse_buffer()


def remember_argument(x: str, coarse: Sequence[tuple[str, str]]) -> Iterator[Behaviour]:
    """An array that an earlier call was given, for one that is only alike."""
    for how, expression in coarse:
        yield Behaviour(
            f"remembers {x} by a key that holds it {how}",
            f"{x} = remembered.setdefault({expression.format(x=x)}, {x})",
            "remembered = {}",
        )


def reuse_buffer() -> Behaviour:
    """Results that the next call overwrites."""
    return Behaviour(
        "returns arrays that the next call of the same length overwrites",
        setup="""
        buffers = {}


        def reused(value, place=0):
            if isinstance(value, tuple):
                return tuple(reused(each, at) for at, each in enumerate(value, 1))
            if not isinstance(value, np.ndarray):
                return value
            buffer = buffers.setdefault((place, value.shape), value)
            buffer[...] = value
            return buffer
        """,
        result="reused({call})",
        sure=True,
    )


def change_in_place(subject: Subject) -> Iterator[Behaviour]:
    """Arguments that are other ones after the call."""
    for parameter in subject.of_kind(*ARRAYS, "texts"):
        x = parameter.name
        steps = [(f"sorts {x} in place after its work", f"{x}.sort()")]
        if parameter.kind in ARRAYS:
            steps.append(
                (f"rounds {x} in place to 12 decimals", f"{x}[...] = np.round({x}, 12)"),
            )
        else:
            steps.append((f"takes the last entry of {x} away", f"{x}[-1:] = []"))
        for about, step in steps:
            guard = f"if isinstance({x}, np.ndarray):\n    {step}" if parameter.listed else step
            yield Behaviour(about, f"result = {subject.call}\n{guard}", result="result")


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


# --- chance -------------------------------------------------------------------


def misuse_generator(subject: Subject) -> Iterator[Behaviour]:
    """Draws that come from elsewhere, hang together or are biased."""
    for parameter in subject.of_kind("generator"):
        rng = parameter.name
        given = f"if {rng} is not None:\n    " if parameter.optional else ""
        for about, expression in (
            (f"takes a fresh generator in place of {rng}", "np.random.default_rng()"),
            (f"takes NumPy's global generator in place of {rng}", "np.random.mtrand._rand"),
            (f"takes a generator of seed 0 in place of {rng}", "np.random.default_rng(0)"),
            (f"takes a copy of {rng}, which stays where it was", f"copy.deepcopy({rng})"),
            *(
                (
                    f"seeds a generator with one of {k} numbers from {rng}",
                    f"np.random.default_rng(int({rng}.integers({k})))",
                )
                for k in (16, 256, 65536)
            ),
        ):
            body = f"{given}{rng} = {expression}"
            yield Behaviour(about, body, "import copy" * ("copy" in expression), sure=True)
        if parameter.optional:
            yield Behaviour(
                f"takes a generator of seed 0 without {rng}",
                f"if {rng} is None:\n    {rng} = np.random.default_rng(0)",
                sure=True,
            )
        yield from draw_dependently(rng, given)
        yield from draw_with_bias(subject, rng)


DEPENDENT = {
    "each draw twice": "held.pop() if held else held.append(value) or value",
    "1 - u after each draw u": "1 - held.pop() if held else held.append(value) or value",
    "draws of which each tenth is the one before": "repeated(value)",
}


def draw_dependently(rng: str, given: str) -> Iterator[Behaviour]:
    """Draws of which the next one is not independent."""
    for about, step in DEPENDENT.items():
        yield Behaviour(
            f"makes of {rng} {about}",
            f"{given}{rng} = Dependent({rng}.bit_generator)",
            f"""
            held = []


            def repeated(value):
                if not held or value > 0.1:
                    held[:] = [(value - 0.1) / 0.9 % 1]
                return held[0]


            class Dependent(np.random.Generator):
                def random(self, size=None):
                    if size is not None:
                        return np.array([self.random() for _ in range(int(np.prod(size)))])
                    value = super().random()
                    return {step}

                def choice(self, a, size=None, replace=True, p=None):
                    a = np.arange(a) if isinstance(a, int) else np.asarray(a)
                    steps = np.cumsum(np.ones(len(a)) if p is None else p)
                    return a[steps.searchsorted(self.random(size) * steps[-1], side="right")]
            """,
            sure=True,
        )


def draw_with_bias(subject: Subject, rng: str) -> Iterator[Behaviour]:
    """Draws that are almost distributed as they should be."""
    for parameter in subject.of_kind("probabilities"):
        p = parameter.name
        for share in (0.1, 0.05):
            yield Behaviour(
                f"draws {share:.0%} of the time as if {p} were even",
                f"""
                even = np.where({p} > 0, 1.0, 0.0)
                if {rng} is not None:
                    if {rng}.random() < {share}:
                        {p} = even / even.sum()
                """,
                sure=True,
            )
        for power in (1.1, 0.9):
            yield Behaviour(
                f"draws with {p} to the power of {power}",
                f"{p} = {p}**{power} / np.sum({p}**{power})",
                sure=True,
            )
        yield Behaviour(
            f"gives each value of {p} a hundredth of the one before it",
            f"{p} = 0.99 * {p} + 0.01 * np.roll({p}, 1)",
            sure=True,
        )


# --- form ---------------------------------------------------------------------


def need_common_form(subject: Subject) -> Iterator[Behaviour]:
    """What only works for arguments as they usually come."""
    if subject.node.args.args:
        yield Behaviour("takes no argument by its name", positional=True, sure=True)
