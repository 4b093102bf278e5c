"""Compare drawn `(token, idx)` pairs with their distribution: see `tests.hidden.budget`."""

from __future__ import annotations

from collections.abc import Sequence
from math import log, sqrt

import numpy as np

from autograder.testing import Vector, ensure
from tests.hidden.budget import LEVEL, fit, plausible
from tests.hidden.next_token.choice import chosen


def fit_draws(
    drawn: Sequence[object], tokens: Sequence[str], p: Vector, *, cells: int | None = None
) -> None:
    """One comparison a cell: the drawn `(token, idx)` pairs against `p`.

    The tokens are V = len(tokens) cells, or fewer of V / cells neighbours each.
    """
    width = len(tokens) // (cells or len(tokens))
    found = np.bincount([chosen(pair, tokens) for pair in drawn], minlength=len(tokens))
    names = [name if width == 1 else f"{name} und folgende" for name in tokens[::width]]
    fit(found.reshape(-1, width).sum(axis=1), p.reshape(-1, width).sum(axis=1), names)


def fit_place(drawn: Sequence[object], tokens: Sequence[str], p: Vector, place: int) -> None:
    """One comparison: how often one place was drawn, against all other possible ones together."""
    at = [chosen(pair, tokens) for pair in drawn]
    ensure(bool(np.all(p[at] > 0)), "nur Token mit Wahrscheinlichkeit über 0")
    hits = at.count(place)
    split = np.array([p[place], 1 - p[place]])
    fit([hits, len(drawn) - hits], split, [tokens[place], "alle anderen"])


def enough_places(drawn: Sequence[object], tokens: Sequence[str], p: Vector) -> None:
    """One comparison: that no fewer different places were drawn than chance can explain.

    A draw changes their number by 1 at most, so McDiarmid's inequality says for n draws that
    it lies below its mean by t with a probability of exp(-2 t^2 / n) at most.
    """
    n, found = len(drawn), len({chosen(pair, tokens) for pair in drawn})
    mean = float(np.sum(1 - (1 - p) ** n))
    least = mean - sqrt(n / 2 * log(1 / LEVEL))
    ensure(found >= least, f"etwa {mean:.0f} verschiedene Token", f"nur {found} verschiedene")


def fit_pairs(drawn: Sequence[object], tokens: Sequence[str], p: Vector, lag: int) -> None:
    """One comparison for two tokens each: draws that lie `lag` apart, in pairs without overlap.

    Who draws with other probabilities than `p` is compared with those.
    """
    at = np.array([chosen(pair, tokens) for pair in drawn])
    shares = np.bincount(at, minlength=len(p)) / len(at)
    ensure(shares.max() < 1, "verschiedene Token", f"immer wieder {tokens[at[0]]}")
    if not all(
        plausible(s * len(at), len(at), chance) for s, chance in zip(shares, p, strict=True)
    ):
        p = shares
    first = np.flatnonzero(np.arange(len(at) - lag) // lag % 2 == 0)
    pairs = np.bincount(len(p) * at[first] + at[first + lag], minlength=len(p) ** 2)
    names = [f"{a}, {lag} später {b}" for a in tokens for b in tokens]
    fit(pairs, np.outer(p, p).ravel(), names)
