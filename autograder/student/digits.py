"""Shorten the numbers that a student reads, without hiding what tells them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import isclose

NUMBER = re.compile(r"(?<![\w.])\d+\.\d+(?:e[+-]?\d+)?(?![\w.])")
FEWEST, MOST = 4, 17  # significant digits; 17 tell any two floats apart


def shorten(found: str, expected: str = "") -> tuple[str, str]:
    """Both texts with as few digits as keep different numbers of the two different.

    0.39999999999999997 becomes 0.4, unless 0.4 is what was expected.
    """
    pairs = list(facing(NUMBER.findall(found), NUMBER.findall(expected)))
    for digits in range(FEWEST, MOST):
        if all(rounded(one, digits) != rounded(other, digits) for one, other in pairs):
            return with_digits(found, digits), with_digits(expected, digits)
    return found, expected


def with_digits(text: str, digits: int) -> str:
    """The text with all its numbers rounded."""
    return NUMBER.sub(lambda number: rounded(number[0], digits), text)


def facing(found: list[str], expected: list[str]) -> Iterator[tuple[str, str]]:
    """Numbers that a reader compares, place by place or all with all, if they really differ."""
    both: Iterable[tuple[str, str]]
    if len(found) == len(expected):
        both = zip(found, expected, strict=True)
    else:
        both = ((one, other) for one in found[:50] for other in expected[:50])
    return ((one, other) for one, other in both if not isclose(float(one), float(other)))


def rounded(number: str, digits: int) -> str:
    """A number with so many significant digits at most, as Python writes it."""
    value = float(number)
    whole = len(number.partition(".")[0]) if "e" not in number else 0
    return repr(float(f"{value:.{max(digits, whole)}g}"))
