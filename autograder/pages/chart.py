"""Two distributions side by side: what a student's function gave, and what was expected.

The chart is an SVG inside an image, where nothing can run, with its numbers as the image's text.
Solid and hatched bars tell the two apart without colour.
"""

from __future__ import annotations

import base64
import math
import re

from markupsafe import Markup

from autograder.model.messages import Language, Message, render
from autograder.pages.jinja import template

NUMBERS = re.compile(r"(np\.array\(\[|\[|\()([^][()]*)(\]\)|\]|\))")
FEWEST, MOST = 2, 12  # bars that a reader can compare
CLOSE = 2e-3  # the sum of a distribution whose numbers are shortened


def align(found: str, expected: str) -> tuple[str, str]:
    """Both texts with the numbers of equally long arrays in columns."""
    one, other = split(found), split(expected)
    if one is None or other is None or len(one[1]) != len(other[1]):
        return found, expected
    widths = [max(map(len, facing)) for facing in zip(one[1], other[1], strict=True)]
    before = max(len(one[0]), len(other[0]))

    def columns(begin: str, elements: list[str], end: str) -> str:
        return begin.ljust(before) + ", ".join(map(str.rjust, elements, widths)) + end

    return columns(*one), columns(*other)


def chart(found: str, expected: str, language: Language) -> Markup | None:
    """The picture of two lists or arrays of numbers; None unless both are distributions."""
    yours, right = numbers(found), numbers(expected)
    if yours is None or right is None or len(yours) != len(right):
        return None
    if not FEWEST <= len(right) <= MOST or not all(map(is_distribution, (yours, right))):
        return None

    def text(key: str, **data: str) -> str:
        return render(Message.of(key, **data), language)

    pairs = list(zip(yours, right, strict=True))
    rows = [
        text("chart_row", place=str(at), yours=f"{one:g}", expected=f"{other:g}")
        for at, (one, other) in enumerate(pairs)
    ]
    picture = template("chart.svg.j2").render(pairs=pairs, text=text)
    data = base64.b64encode(picture.encode()).decode()
    said = f"{text('chart')} {'; '.join(rows)}"
    return Markup('<img src="data:image/svg+xml;base64,{}" alt="{}">').format(data, said)


def is_distribution(values: list[float]) -> bool:
    """Whether the values are probabilities that add up to 1."""
    return all(value >= 0 for value in values) and math.isclose(sum(values), 1, abs_tol=CLOSE)


def numbers(text: str) -> list[float] | None:
    """The numbers of a list, tuple or array as it is written; None where it is something else."""
    parts = split(text)
    try:
        values = [float(each) for each in parts[1]] if parts else []
    except ValueError:
        return None
    return values if values and all(map(math.isfinite, values)) else None


def split(text: str) -> tuple[str, list[str], str] | None:
    """A flat list, tuple or array: how it begins, the texts of its elements, how it ends."""
    match = NUMBERS.fullmatch(text)
    if match is None or not match[2].strip():
        return None
    return match[1], [each.strip() for each in match[2].split(",")], match[3]
