"""Explicit examples in which every level of a feature meets every level of every other.

How it works. An argument has features (its size, its scale, what is masked, ...), each with
a few levels of which the first is the plain one. Two edges that an answer survives one by
one may break it together, so `pairwise` makes a short list of rows, the plainest first, in
which any two levels meet. They are explicit examples of a law: `@across(z=LOGITS)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any, TypeVar

from hypothesis import example

Test = TypeVar("Test", bound=Callable[..., None])
Cell = tuple[int, int]  # a feature, and one of its levels


def across(**rows: Sequence[Any]) -> Callable[[Test], Test]:
    """Try a law on every row as well: the values of one argument, or of several side by side."""

    def mark(test: Test) -> Test:
        for values in reversed(list(zip(*rows.values(), strict=True))):
            test = example(**dict(zip(rows, values, strict=True)))(test)
        return test

    return mark


def pairwise(*levels: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows with a level of each feature, in which any two levels meet; the plainest come first."""
    sizes = [len(each) for each in levels]
    features = combinations(range(len(sizes)), 2)
    missing = {
        ((i, a), (j, b)) for i, j in features for a, b in product(range(sizes[i]), range(sizes[j]))
    }
    rows = [[0] * len(sizes)]
    missing -= set(met(rows[0]))
    while missing:
        rows.append(best_row(sizes, min(missing), missing))
        missing -= set(met(rows[-1]))
    rows.sort(key=lambda row: (sum(map(bool, row)), row))
    return [tuple(each[at] for each, at in zip(levels, row, strict=True)) for row in rows]


def best_row(
    sizes: Sequence[int], first: tuple[Cell, Cell], missing: set[tuple[Cell, Cell]]
) -> list[int]:
    """A row with the pair `first` and, feature by feature, the level with most missing pairs."""
    chosen = dict(first)
    for feature in range(len(sizes)):
        if feature not in chosen:
            news = [
                sum(tuple(sorted(((feature, level), cell))) in missing for cell in chosen.items())
                for level in range(sizes[feature])
            ]
            chosen[feature] = news.index(max(news))
    return [chosen[feature] for feature in range(len(sizes))]


def met(row: Sequence[int]) -> Iterator[tuple[Cell, Cell]]:
    """The pairs of levels in a row."""
    return combinations(enumerate(row), 2)
