"""Judge random results with a stated probability of rejecting a right answer.

How it works. A law about chance compares counts with their distribution. If X
is the number of successes in n independent trials of probability p, Chernoff's
bound says for either side (Hoeffding 1963, theorem 1):

    P(X >= x) <= exp(-n KL(x/n, p)) for x >= n p, and the same for X <= x below,

with KL(a, p) = a ln(a/p) + (1-a) ln((1-a)/(1-p)). It holds exactly, for every n
and p. So a comparison that rejects where `n KL > ln(2 / LEVEL)` rejects a right
answer with a probability below LEVEL, whatever way it samples. README.md counts
the comparisons and adds them up.

What it catches: a bias of b in a cell of probability p is found with probability 0.99
where n is at least 48 KL's worth: b = sqrt(96 p (1-p) / n) for a moderate p, and for a
rare one, of which n p = 31 are expected, that none comes at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb, inf, log

import numpy as np
from numpy.typing import ArrayLike

from autograder.testing import Vector, ensure, fail, vector

LEVEL = 1e-13  # the false rejects of one comparison


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
    if not whole:
        fail(f"{size} Anzahlen", counts)
    return float(given.sum())
