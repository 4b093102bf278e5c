"""The examples of each law: drawn once by Hypothesis, kept, and played again for every submission.

How it works: with `derandomize` the examples of a law depend on nothing that a student does,
unless the law draws while it runs, aims at what it was answered (`target`), or assumes
something of an answer. So they are recorded once, while the reference answers, and each
submission meets the same ones in the same order without the cost of drawing them. A law of the
first two kinds is not recorded. Where `assume` decides otherwise than it did for the reference,
the law has to draw anew (`Diverged`). Whoever passes all of them has passed what Hypothesis
would have tried; for whom one fails, Hypothesis itself searches for the smallest.
"""

from __future__ import annotations

import contextlib
import inspect
import random
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from hypothesis.control import current_build_context
from hypothesis.errors import HypothesisDeprecationWarning, UnsatisfiedAssumption

from autograder.guest import wire
from autograder.guest.errors import WireError
from autograder.model.errors import GraderError
from autograder.model.grade import LawName

Test = Callable[..., Any]
Arguments = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Examples:
    """The examples of one law, in their order; what `@example` states is in the test itself.

    `kept` says of each, first of the stated ones, whether the law went through with it.
    """

    task: str
    test: str
    kept: tuple[bool, ...]
    drawn: tuple[Any, ...]  # the arguments of each as the wire says them

    @property
    def law(self) -> LawName:
        """The law that they belong to."""
        return self.task, self.test

    def of(self, test: Test) -> Iterator[tuple[Arguments, bool]]:
        """The arguments of each, new ones every time, and whether it is kept."""
        given = stated(test)[: len(self.kept) - len(self.drawn)]
        drawn = map(wire.unpack, self.drawn)
        yield from zip([*given, *drawn], self.kept, strict=True)


class Diverged(GraderError):
    """An example that the reference kept was assumed away, or the other way round."""


def stated(test: Test) -> list[Arguments]:
    """The arguments that `@example` names, in the order in which Hypothesis tries them."""
    return [each.kwargs for each in reversed(getattr(test, "hypothesis_explicit_examples", ()))]


# --- play them again ----------------------------------------------------------


def replay(test: Test, examples: Examples, fixtures: Mapping[str, Any]) -> None:
    """Run the law on its examples; raises what the first that fails raises, or Diverged.

    As under Hypothesis, the global generators are in the same state before each.
    """
    inner: Test = test.hypothesis.inner_test  # type: ignore[attr-defined]
    states = random.getstate(), np.random.get_state()
    try:
        with warnings.catch_warnings():
            # `assume` works without Hypothesis around it, and says that it might not for ever
            warnings.simplefilter("ignore", HypothesisDeprecationWarning)
            for arguments, kept in examples.of(test):
                random.seed(0)
                np.random.seed(0)
                if goes_through(inner, fixtures, arguments) != kept:
                    raise Diverged(f"{examples.test} assumes something of an answer.")
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])


def goes_through(inner: Test, fixtures: Mapping[str, Any], arguments: Arguments) -> bool:
    """Run the law on one example; whether it did not assume it away."""
    try:
        inner(**fixtures, **arguments)
    except UnsatisfiedAssumption:
        return False
    return True


def fixtures_of(test: Test, values: Mapping[str, Any]) -> Arguments:
    """The values of the fixtures that a test asks for."""
    return {name: values[name] for name in inspect.signature(test).parameters}


# --- record them --------------------------------------------------------------


@dataclass(slots=True)
class Recorder:
    """Notes the examples that Hypothesis tries, while the law runs within `recording`."""

    test: Test
    kept: list[bool] = field(default_factory=list)
    drawn: list[Any] = field(default_factory=list)
    usable: bool = field(init=False)  # whether others would meet the same ones

    def __post_init__(self) -> None:
        each = getattr(self.test, "hypothesis_explicit_examples", ())
        self.usable = not any(one.args or one.raises is not None for one in each)

    def wrap(self, inner: Test) -> Test:
        """The body of the law, which notes what it is called with."""
        given = set(inspect.signature(inner).parameters)
        given -= set(inspect.signature(self.test).parameters)

        @wraps(inner)
        def noting(*arguments: Any, **named: Any) -> None:
            context = current_build_context()
            drawn = {name: value for name, value in named.items() if name in given}
            before, choices = say(drawn), len(context.data.nodes)
            kept = False
            try:
                inner(*arguments, **named)
                kept = True
            finally:
                self.note(before, drawn, kept=kept, stated=context.is_final)
                if len(context.data.nodes) > choices or context.data.target_observations:
                    self.usable = False

        return noting

    def note(self, before: Any, drawn: Arguments, *, kept: bool, stated: bool) -> None:
        """Note one example; unusable where it can't be said again, or the law changed it."""
        self.kept.append(kept)
        if not stated:
            self.drawn.append(before)
            same = before is not None and identical(wire.unpack(before), drawn)
            self.usable = self.usable and same
        elif before != say(drawn):
            self.usable = False


def say(arguments: Arguments) -> Any:
    """The arguments as the wire says them, or None where it has no word for one."""
    try:
        return wire.pack(arguments)
    except WireError:
        return None


def identical(one: Any, other: Any) -> bool:
    """Whether nothing, not even the kind of a number, tells two plain values apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        forms = [(a.dtype, a.shape, a.tobytes(), a.flags.c_contiguous) for a in (one, other)]
        return forms[0] == forms[1] and one.flags.writeable == other.flags.writeable
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(identical, one, other))
    if isinstance(one, dict):
        return identical([*one.items()], [*other.items()])
    if isinstance(one, float):
        return repr(one) == repr(other)  # -0.0 and nan
    return isinstance(one, bool | int | str | None) and bool(one == other)


# --- as a file ----------------------------------------------------------------


def to_bytes(recorded: Iterable[Examples]) -> bytes:
    """The examples of a suite as JSON."""
    return msgspec.json.encode([*recorded])


def from_bytes(content: bytes) -> dict[LawName, Examples]:
    """The examples by their law; raises GraderError where the content says none."""
    try:
        recorded = msgspec.json.decode(content, type=list[Examples])
    except msgspec.DecodeError as error:
        raise GraderError(f"These are no recorded examples: {error}.") from error
    return {each.law: each for each in recorded}


def read_examples(paths: Iterable[str]) -> dict[LawName, Examples]:
    """The recorded examples; none of a file that is gone or broken, so that its laws draw."""
    found: dict[LawName, Examples] = {}
    for path in paths:
        with contextlib.suppress(OSError, GraderError):
            found |= from_bytes(Path(path).read_bytes())
    return found
