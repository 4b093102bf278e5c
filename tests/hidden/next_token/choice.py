"""What the functions that choose a token return: the token and its index."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.testing import fail, index, pair


def choice(value: object, tokens: Sequence[str]) -> int:
    """The index of a `(token, idx)` tuple whose two halves belong together."""
    token, at = pair(value)
    idx = index(at)
    if not 0 <= idx < len(tokens) or not isinstance(token, str) or tokens[idx] != token:
        last = len(tokens) - 1
        expected = (
            f"ein Tupel (token, idx), in dem tokens[idx] das Token ist (idx von 0 bis {last})"
        )
        fail(expected, value)
    return idx
