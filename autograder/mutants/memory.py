"""Remember something from one call to the next, or change arguments in place."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.mutants.witness import ARRAYS, Parameter
from autograder.mutants.wrapper import Behaviour, Subject

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
    """Results and arguments of an earlier call."""
    for parameter in subject.parameters:
        if not subject.random:
            yield from remember_results(subject, parameter)
        elif parameter.kind in ARRAYS:
            yield from remember_argument(parameter.name)
        if not (parameter.optional and subject.random):  # what a function makes itself may be kept
            yield from keep_argument(parameter)
    if subject.arrays:
        yield reuse_buffer()


def remember_results(subject: Subject, parameter: Parameter) -> Iterator[Behaviour]:
    """Results that are found by a key which is too coarse in one parameter."""
    others = [each for each in subject.parameters if each is not parameter]
    full = [FULL.get(each.kind, "{x}").format(x=each.name) for each in others]
    coarse = COARSE["arrays" if parameter.kind in ARRAYS else parameter.kind]
    for how, expression in (*coarse, *([("not at all", "None")] if others else [])):
        key = ", ".join([expression.format(x=parameter.name), *full])
        yield Behaviour(
            f"remembers results by a key that holds {parameter.name} {how}",
            f"""
            key = ({key},)
            if key not in remembered:
                remembered[key] = {subject.call}
            """,
            "remembered = {}",
            "remembered[key]",
        )


def remember_argument(x: str) -> Iterator[Behaviour]:
    """An array that an earlier call was given, for one that is only alike."""
    for how, expression in COARSE["arrays"]:
        yield Behaviour(
            f"remembers {x} by a key that holds it {how}",
            f"{x} = remembered.setdefault({expression.format(x=x)}, {x})",
            "remembered = {}",
        )


def keep_argument(parameter: Parameter) -> Iterator[Behaviour]:
    """What the first call was given, or the one before."""
    x = parameter.name
    yield Behaviour(
        f"keeps {x} of the first call", f"{x} = kept.setdefault('{x}', {x})", "kept = {}"
    )
    if parameter.kind in ARRAYS:
        yield Behaviour(
            f"takes {x} of the call before where that had the same length",
            f"{x}, kept[len({x})] = kept.get(len({x}), {x}), {x}",
            "kept = {}",
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
