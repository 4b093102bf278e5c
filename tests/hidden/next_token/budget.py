"""Judge random results with a stated probability of rejecting a right answer.

How it works. A law about chance compares counts with their distribution. If X
is the number of successes in n independent trials of probability p, Chernoff's
bound says for either side (Hoeffding 1963, theorem 1):

    P(X >= x) <= exp(-n KL(x/n, p)) for x >= n p, and the same for X <= x below,

with KL(a, p) = a ln(a/p) + (1-a) ln((1-a)/(1-p)). It holds exactly, for every n
and p. So a comparison that rejects where `n KL > ln(2 / LEVEL)` rejects a right
answer with a probability below LEVEL, whatever way it samples. README.md beside
this package counts the comparisons and adds them up.

What it catches: a bias of b in a cell of probability p is found with probability 0.99
where n is at least 48 KL's worth: b = sqrt(96 p (1-p) / n) for a moderate p, and for a
rare one, of which n p = 31 are expected, that none comes at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike

from autograder.testing import Vector, ensure, literal, vector
from tests.hidden.next_token.choice import chosen

LEVEL = 1e-13  # the false rejects of one comparison


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


def fit(counts: ArrayLike, p: Vector, names: Sequence[str]) -> None:
    """One comparison a cell: `counts[i]` of `sum(counts)` draws hit a cell of probability `p[i]`.

    `counts` are whole numbers from 0 up, as `total` makes sure.
    Raises a Violation with a sentence for the student where a count is implausible.
    """
    draws = float(np.sum(counts))
    for name, count, chance in zip(names, np.asarray(counts).tolist(), p.tolist(), strict=True):
        ensure(
            plausible(count, draws, chance),
            f"{name}: etwa {100 * chance:.1f} % von {draws:.0f} Zügen",
            f"{name}: {100 * count / draws:.1f} % von {draws:.0f} Zügen",
        )


def plausible(count: float, trials: float, p: float) -> bool:
    """Whether `count` successes in `trials` are likely enough at probability `p`."""
    return trials * divergence(count / trials, min(p, 1.0)) <= log(2 / LEVEL)


def divergence(share: float, p: float) -> float:
    """KL(share, p) of two coins, in nats."""
    return term(share, p) + term(1 - share, 1 - p)


def term(share: float, p: float) -> float:
    """`share * ln(share / p)`, with its limits at 0."""
    if share <= 0:
        return 0.0
    return share * log(share / p) if p > 0 else inf


def near_half(n: int, width: int) -> float:
    """P(abs(X - n/2) <= width) for X binomial with n fair coins, n even: the exact sum."""
    return sum(comb(n, n // 2 + d) for d in range(-width, width + 1)) / (1 << n)


def at_most(most: int, n: int, cells: int) -> float:
    """P(that n draws hit at most so many different ones of some equally likely cells): exact.

    Step by step: a draw hits one of the d cells that were hit before with probability d / cells.
    """
    hit = np.arange(cells + 1) / cells
    chances = np.eye(cells + 1)[0]
    for _ in range(n):
        chances = chances * hit + np.roll(chances * (1 - hit), 1)
    return float(chances[: most + 1].sum())


def total(counts: object, size: int) -> float:
    """The sum of the counts, which must be `size` whole numbers from 0 up."""
    given = vector(counts, size)
    whole = np.all((given >= 0) & (given <= 1e6) & (np.floor(given) == given))
    ensure(bool(whole), f"{size} Anzahlen", literal(counts))
    return float(given.sum())
