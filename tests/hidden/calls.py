"""What a law asks besides its own rule, and how several calls are judged together.

How it works. A law fails by its own rule alone. Where a value is right, that settles it. Where it
is wrong, `Plain` first makes two plain calls in copies of their own: they must give usable values
(the law's premise). If these are right, the law's case is what goes wrong, and the law is broken.
If they are wrong as well, the mistake is another law's affair: then the function is compared with
itself, on arguments that come to the same by the rule.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.testing import (
    Function,
    Raised,
    SeededGenerator,
    StudentError,
    Violation,
    agree,
    agrees,
    ensure,
    fail,
    generator,
    literal,
    numbers,
    part,
    premise,
    rejects,
    same,
)

Calls = Sequence[tuple[Any, ...]]
Fits = Callable[[Any, tuple[Any, ...]], bool]  # a value, and the arguments that it came from

NAMES = "Vergleiche deine Zeile mit def mit der aus der Vorlage, Namen für Namen."
MOST_ALONE = 3  # calls of an example that are made once more


@dataclass(frozen=True, slots=True)
class Plain:
    """Two plain calls of a function, for which usable values differ from each other."""

    oracle: Callable[..., Any]
    first: tuple[Any, ...]
    second: tuple[Any, ...]
    usable: Callable[[Any], Any] = numbers  # what a value is read as; raises a Violation
    fits: Fits | None = None  # whether a value is right; without it, a number or array of numbers
    tolerance: Mapping[str, float] = field(default_factory=dict)

    def need(self, function: Function) -> tuple[Any, Any]:
        """The premise of a law that says nothing of these values: they are usable."""
        with premise():
            first, second = function.alone(*self.first), function.alone(*self.second)
            some, other = self.usable(first), self.usable(second)
            ensure(not same(some, other), "andere Werte zu anderen Argumenten", literal(first))
            ensure(not same(first, self.first[0]), "mehr als das Argument", literal(first))
        return first, second

    def is_right(self, function: Function) -> bool:
        """Whether the usable values are right."""
        asked = zip(self.need(function), (self.first, self.second), strict=True)
        return all(self.accepts(value, given) for value, given in asked)

    def accepts(self, value: Any, given: tuple[Any, ...]) -> bool:
        """Whether a value is right."""
        if self.fits is not None:
            return self.fits(value, given)
        return agrees(value, self.oracle(*given), **self.tolerance)

    def compare(
        self,
        function: Function,
        found: Any,
        given: tuple[Any, ...],
        own: Callable[[], Any],
        like: str,
    ) -> None:
        """See to it that a value is right, or what the function gives by itself in another way.

        The other way counts only for a function that is wrong for plain arguments as well.
        """
        if self.accepts(found, given):
            return
        if self.is_right(function):
            self.say_wrong(found, self.oracle(*given))
        with premise():
            other = own()
        ensure(
            same_numbers(found, other), f"{like}: {literal(without_sign(other))}", literal(found)
        )

    def say_wrong(self, found: Any, expected: Any) -> None:
        """Raise a Violation that says what is right."""
        if self.fits is None:
            agree(found, expected, **self.tolerance)
        fail(repr(expected), found)

    def refuses(self, function: Function, wrong: tuple[Any, ...], right: tuple[Any, ...]) -> None:
        """See to it that wrong arguments raise ValueError, and right ones don't."""
        try:
            with answering():
                if not self.accepts(function(*right), right):
                    self.need(function)
        except Raised as error:
            if "ValueError" in error.kinds:
                raise Violation(error.found, "ein Wert, kein ValueError") from error
            with premise():
                raise
        rejects(function, *wrong)

    def keeps_to_itself(
        self, function: Function, kept: Sequence[dict[str, Any]], calls: Calls
    ) -> None:
        """See to it that no argument is changed, and that no call has an effect on the next.

        The calls by name come first; their arguments may have any form.
        """
        for named in kept:
            given = tuple(map(plain, named.values()))
            with self.unless_always(function, given), taking(named):
                value = function.unchanged(**named)
            if not self.accepts(value, given):
                self.need(function)
                self.is_own(value, function.alone(*given))
        with self.unless_always(function, *calls):
            found = function.each(*calls)
        doubtful = [at for at, given in enumerate(calls) if not self.accepts(found[at], given)]
        for at in doubtful[:: 1 + len(doubtful) // MOST_ALONE]:
            self.need(function)
            with part(at):
                self.is_own(found[at], function.alone(*map(plain, calls[at])))

    def is_own(self, value: Any, alone: Any) -> None:
        """See to it that a value is what the same call gives where it is the first."""
        ensure(same(value, alone), f"wie beim ersten Aufruf: {literal(alone)}", literal(value))

    @contextlib.contextmanager
    def unless_always(self, function: Function, *calls: tuple[Any, ...]) -> Iterator[None]:
        """An error in the body breaks the law unless these calls end so by themselves."""
        try:
            yield
        except Violation:
            raise
        except Raised:
            with premise():
                for given in calls:
                    function.alone(*map(plain, given))
            raise
        except StudentError:  # no answer at all
            with premise():
                raise


def follow_generator(
    function: Function,
    arguments: tuple[Any, ...],
    seed: int,
    *,
    times: int,
    read: Callable[[Any], Any],
    results: str,
) -> None:
    """See to it that a seed gives the same results again, and the next seed gives others.

    `read` is what counts of a result, `results` what they are called.
    """
    first, other = (function.repeat(times, *arguments, generator(seed + i)) for i in (0, 1))
    differ = any(read(one) != read(two) for one, two in zip(first, other, strict=True))
    ensure(differ, f"andere {results} als beim Startwert {seed}")
    again = function.repeat(times, *arguments, generator(seed))
    for at, (before, now) in enumerate(zip(first, again, strict=True)):
        with part(at):
            if read(before) != read(now):
                fail(f"wie beim ersten Mal: {literal(before)}", now)


@contextlib.contextmanager
def taking(names: Iterable[str]) -> Iterator[None]:
    """That the function takes its arguments by these names."""
    try:
        yield
    except Raised as error:
        if "TypeError" not in error.kinds or "keyword argument" not in str(error.found):
            raise
        expected = f"Parameter, die heißen wie in der Vorlage: {', '.join(names)}"
        raise Violation(error.found, expected, NAMES) from error


@contextlib.contextmanager
def answering() -> Iterator[None]:
    """That a call ends at all is a premise; what the function raises is not judged here."""
    try:
        yield
    except (Raised, Violation):
        raise
    except StudentError:
        with premise():
            raise


def called(function: Function, *arguments: Any) -> Any:
    """What a call gives, where the law is about the value: that there is one is its premise."""
    with premise():
        return function(*arguments)


def plain(value: Any) -> Any:
    """An argument in its usual form, with a generator at its beginning."""
    if isinstance(value, SeededGenerator):
        return generator(value.seed, kind=value.kind)
    return np.array(value) if isinstance(value, np.ndarray) else value


def without_sign(value: Any) -> Any:
    """A value in which -0.0 is 0.0, as people write it."""
    return value + 0.0 if isinstance(value, float) else value


def same_numbers(found: Any, own: Any) -> bool:
    """Whether two values of the student's are the same numbers within the contract's tolerance."""
    try:
        return same(found, own) or agrees(found, numbers(own))
    except Violation:
        return False
