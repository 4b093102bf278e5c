"""What the functions that choose a token return: the token and its index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.testing import StudentError, Vector, fail, index, pair, part, premise


def chosen(value: object, tokens: Sequence[str]) -> int:
    """The index of the token that a value names, in whatever form: `choice` judges that.

    That it names one, or is the index of one, is a premise.
    """
    match value:
        case str(token), int(at) if 0 <= at < len(tokens) and tokens[at] == token:
            return int(at)  # by far the most frequent
        case int(at) if not isinstance(at, bool) and 0 <= at < len(tokens):
            return at
    named = [
        each
        for each in (value if isinstance(value, list | tuple) else [value])
        if is_in(each, tokens)
    ]
    if len(named) == 1:
        return tokens.index(named[0])
    with premise():
        return choice(value, tokens)


def is_in(value: object, tokens: Sequence[str]) -> bool:
    """Whether a value is one of the tokens."""
    return isinstance(value, str) and value in tokens


def chosen_is(oracle: Callable[..., tuple[str, int]]) -> Callable[[Any, tuple[Any, ...]], bool]:
    """Whether a value names the token that the oracle chooses of these arguments."""

    def fits(value: Any, given: tuple[Any, ...]) -> bool:
        try:
            return chosen(value, given[0]) == oracle(*given)[1]
        except StudentError:
            return False

    return fits


def possible(oracle: Callable[..., Vector]) -> Callable[[Any, tuple[Any, ...]], bool]:
    """Whether a value names a token that the distribution of the oracle makes possible.

    The oracle gets what stands between the tokens and the generator.
    """

    def fits(value: Any, given: tuple[Any, ...]) -> bool:
        tokens, *others, _ = given
        try:
            return bool(oracle(*others)[chosen(value, tokens)] > 0)
        except StudentError:
            return False

    return fits


def choice(value: object, tokens: Sequence[str]) -> int:
    """The index of a `(token, idx)` tuple whose two halves belong together."""
    token, at = pair(value)
    with part(1):
        idx = index(at)
    if not 0 <= idx < len(tokens) or not isinstance(token, str) or tokens[idx] != token:
        last = len(tokens) - 1
        expected = (
            f"ein Tupel (token, idx), in dem tokens[idx] das Token ist (idx von 0 bis {last})"
        )
        fail(expected, value)
    return idx
