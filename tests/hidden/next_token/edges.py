"""Edges of `next_token` alone: a k and frequencies beside a distribution, and awkward tokens."""

from __future__ import annotations

import numpy as np

from autograder.testing import Vector
from tests.hidden.edges import DISTRIBUTIONS, PEAKS, SHAPES, SIZES, ZEROS, build_distribution
from tests.hidden.rows import pairwise

AWKWARD = (
    *("", " ", "a", "a ", " a", "A", "aa", "\n", "a\n", "\t", "1", "1.0", "None", "nan"),
    *("é", "e\u0301", "ß", "ss", "ﬁ", "fi", "１", "😀", "x" * 40, "x" * 40 + "y", "X" * 40),
)


# --- a k, and frequencies, that go with a distribution ------------------------

CUTS = ("middle", "one", "two", "all but one", "all", "into the zeros", "NumPy's")


def build_k(p: Vector, cut: str) -> int:
    """A k from 1 to V."""
    size, possible = len(p), int(np.count_nonzero(p))
    k = {
        "middle": (size + 1) // 2,
        "one": 1,
        "two": 2,
        "all but one": size - 1,
        "all": size,
        "into the zeros": possible + (size - possible + 1) // 2,
        "NumPy's": possible // 2,
    }[cut]
    k = min(max(k, 1), size)
    return np.int64(k) if cut == "NumPy's" else k  # type: ignore[return-value]  # it is as good


CUT_ROWS = pairwise(SIZES, SHAPES, ZEROS, PEAKS, CUTS)
CUT_DISTRIBUTIONS = [build_distribution(*row[:-1]) for row in CUT_ROWS]
CUT_EDGES = [(p, build_k(p, row[-1])) for p, row in zip(CUT_DISTRIBUTIONS, CUT_ROWS, strict=True)]
ZERO_CUTS = [(p, k) for p, k in CUT_EDGES if k > np.count_nonzero(p)]
PLAIN_CUTS = [(p, k) for p, k in CUT_EDGES if k < len(p) and k <= np.count_nonzero(p)]

PLAIN_GAP = ("wide", "opposite", "elsewhere")
GAPS = ("wide", "tiny", "small", "opposite", "elsewhere", "at a zero", "none")


def build_frequencies(p: Vector, gap: str) -> tuple[Vector, Vector]:
    """A distribution and frequencies that differ from it by that much, most of all at one place."""
    size, at = len(p), int(np.argmax(p))
    if gap == "none" or size == 1:
        return p, p.copy()
    if gap == "elsewhere":
        return p, np.eye(size)[(at + 1) % size]
    if gap == "at a zero":
        zero = size - 1 if at < size - 1 else 0
        without = np.where(np.arange(size) == zero, 0, p)
        without /= without.sum()
        return without, 0.5 * without + 0.5 * np.eye(size)[zero]
    step = {"tiny": 1.37e-7, "small": 4.3e-4, "wide": 0.61, "opposite": 1.0}[gap] * p[at]
    rel = p + step / (size - 1)
    rel[at] = p[at] - step
    return p, rel


PLAIN_GAPS = [
    build_frequencies(build_distribution(*row[:-1]), row[-1])
    for row in pairwise(SIZES, ("uneven", "dominant", "flat"), ("none",), PEAKS, PLAIN_GAP)
]
GAP_EDGES = [
    build_frequencies(build_distribution(*row[:-1]), row[-1])
    for row in pairwise(SIZES, SHAPES, ZEROS, PEAKS, GAPS)
]


# --- tokens -------------------------------------------------------------------


def awkward(size: int) -> list[str]:
    """So many distinct tokens: empty, alike but for a space, a case or an accent, and long."""
    return [*AWKWARD, *(f"{'long ' * 12}{i}" for i in range(size))][:size]


CASES = [(awkward(len(p)), p) for p in DISTRIBUTIONS]
LACKING = [([*AWKWARD[:i], *AWKWARD[i + 1 :]], AWKWARD[i]) for i in range(len(AWKWARD))]
NUMBERS = (7, 1, 2, 40, 999, 10_000, np.int64(60))
COUNTED = pairwise(SIZES, SHAPES, ZEROS, PEAKS, NUMBERS)
COUNTED_CASES = [(awkward(row[0]), build_distribution(*row[:-1])) for row in COUNTED]
COUNTED_NUMBERS = [row[-1] for row in COUNTED]


def scattered(size: int, share: float, place: int) -> Vector:
    """One large probability in the middle, and a small one at `place` and each second after it."""
    p = np.zeros(size)
    p[place::2] = share
    p[size // 2] = 0
    p[size // 2] = 1 - p.sum()
    return p


EVENS, ODDS = scattered(1000, 4e-4, 0), scattered(1000, 4e-4, 1)  # the same to three decimals
