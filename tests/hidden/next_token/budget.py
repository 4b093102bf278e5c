"""Judge random results with a stated probability of rejecting a right answer.

How it works. A law about chance compares counts with their distribution. If X
is the number of successes in n independent trials of probability p, Chernoff's
bound says for either side (Hoeffding 1963, theorem 1):

    P(X >= x) <= exp(-n KL(x/n, p)) for x >= n p, and the same for X <= x below,

with KL(a, p) = a ln(a/p) + (1-a) ln((1-a)/(1-p)). It holds exactly, for every n
and p. So a comparison that rejects where `n KL > ln(2 / LEVEL)` rejects a right
answer with a probability below LEVEL, whatever way it samples. README.md beside
this package counts the comparisons and adds them up.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, inf, log

import numpy as np
from numpy.typing import ArrayLike

from autograder.law import Vector, choice, ensure, vector
from autograder.literal import literal

LEVEL = 1e-13  # the false rejects of one comparison


def fit_draws(
    drawn: Sequence[object], tokens: Sequence[str], p: Vector, *, cells: int | None = None
) -> None:
    """One comparison a cell: the drawn `(token, idx)` pairs against `p`.

    The tokens are V = len(tokens) cells, or fewer of V / cells neighbours each.
    """
    width = len(tokens) // (cells or len(tokens))
    found = np.bincount([choice(pair, tokens) for pair in drawn], minlength=len(tokens))
    names = [name if width == 1 else f"{name} und folgende" for name in tokens[::width]]
    fit(found.reshape(-1, width).sum(axis=1), p.reshape(-1, width).sum(axis=1), names)


def fit(counts: ArrayLike, p: Vector, names: Sequence[str]) -> None:
    """One comparison a cell: `counts[i]` of `sum(counts)` draws hit a cell of probability `p[i]`.

    `counts` are whole numbers from 0 up, as `total` makes sure.
    Raises a Violation with a sentence for the student where a count is implausible.
    """
    draws = float(np.sum(counts))
    for name, count, chance in zip(names, np.asarray(counts).tolist(), p.tolist(), strict=True):
        ensure(
            plausible(count, draws, chance),
            f"{name}: etwa {100 * chance:.1f} % von {draws:.0f} Ziehungen",
            f"{name}: {100 * count / draws:.1f} % von {draws:.0f} Ziehungen",
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


def total(counts: object, size: int) -> float:
    """The sum of the counts, which must be `size` whole numbers from 0 up."""
    given = vector(counts, size)
    whole = np.all((given >= 0) & (given <= 1e6) & (np.floor(given) == given))
    ensure(bool(whole), f"{size} Anzahlen", literal(counts))
    return float(given.sum())
