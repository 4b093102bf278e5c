"""Judge several calls that are made in one request: what came is looked at after the last one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.testing import Function, Vector, agree, ensure
from tests.hidden.next_token.choice import choice

Calls = Sequence[tuple[Any, ...]]


def agree_on_each(
    function: Function, oracle: Callable[..., Any], calls: Calls, **tolerance: float
) -> None:
    """Compare the number or array that each call returned with the reference's."""
    for found, arguments in zip(function.each(*calls), calls, strict=True):
        agree(found, oracle(*arguments), **tolerance)


def choose_on_each(function: Function, oracle: Callable[..., Any], calls: Calls) -> None:
    """Compare the token and index that each call chose with the reference's."""
    for found, arguments in zip(function.each(*calls), calls, strict=True):
        expected = oracle(*arguments)
        ensure(choice(found, arguments[0]) == expected[1], repr(expected), repr(found))


def possible_on_each(function: Function, oracle: Callable[..., Vector], calls: Calls) -> None:
    """See to it that each call drew what its own distribution, that of the oracle, allows."""
    for found, (tokens, *others, _) in zip(function.each(*calls), calls, strict=True):
        p = oracle(*others)
        ensure(p[choice(found, tokens)] > 0, "ein Token, das hier möglich ist", repr(found))
