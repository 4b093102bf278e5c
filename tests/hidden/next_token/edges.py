"""The edges of the contract, two at a time: logits, distributions, tokens and what goes with them.

How it works. An argument has features (its size, its scale, what is masked, ...), each with
a few levels of which the first is the plain one. Two edges that an answer survives one by
one may break it together, so `pairwise` makes a short list of rows in which every level of
a feature meets every level of every other. The rows are explicit examples, the plainest
first: `@across(z=LOGITS)`. Numbers are chosen so that no right answer hangs on rounding:
what differs does so by 1e-9 of its size at least, and what ties does so exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product
from typing import Any, TypeVar

import numpy as np
from hypothesis import example

from autograder.testing import BitGenerator, Vector

Test = TypeVar("Test", bound=Callable[..., None])
Cell = tuple[int, int]  # a feature, and one of its levels

GOLDEN = 0.6180339887498949  # multiples of it are spread evenly over the unit interval
DUST = 4.9e-6  # of each of a thousand rare tokens: less than half of the fifth decimal
AWKWARD = (
    *("", " ", "a", "a ", " a", "A", "aa", "\n", "a\n", "\t", "1", "1.0", "None", "nan"),
    *("é", "e\u0301", "ß", "ss", "ﬁ", "fi", "１", "😀", "x" * 40, "x" * 40 + "y", "X" * 40),
)


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


# --- views of an array --------------------------------------------------------


def strided(values: Vector) -> Vector:
    """The same numbers in every second place of a longer array."""
    return np.asarray(np.repeat(values, 2)[::2])


def locked(values: Vector) -> Vector:
    """The same numbers, read-only."""
    return np.broadcast_to(values, values.shape)


# --- logits -------------------------------------------------------------------

SIZES = (3, 1, 2, 8, 130, 600, 1000)
SPREADS = ("units", "close", "wide", "far")
HEIGHTS = (0.0, 1e6, -1e6)  # of the largest; of the smallest where it is negative
MASKS = ("none", "first", "last", "every other", "all but one")


def build_logits(size: int, spread: str, height: float, mask: str) -> Vector:
    """Logits with these features, none beyond 1e6 in size.

    Neighbours are equal among "units", and nearly so among "close" ones.
    """
    places = np.arange(size)
    steps = (places // 2 if spread in ("units", "close") else places) * GOLDEN % 1.0
    reach = {"units": 5.0, "close": 3e-4, "wide": 900.0, "far": 9e5}[spread]
    values = reach * steps
    if spread == "close":
        values += 9e-8 * (places % 2)  # what a temperature of 0.01 makes visible
    if spread == "far":  # the two largest are near each other, or the result would be one-hot
        values[steps < 0.5] *= 0.5
        values[-1] = values.max() + 0.7
    values += height - (values.max() if height >= 0 else values.min())
    return masked_places(values, mask)


def masked_places(values: Vector, mask: str) -> Vector:
    """-inf in place of some; at least one value stays."""
    size, masked = len(values), values.copy()
    where = {
        "none": [],
        "first": [0],
        "last": [size - 1],
        "every other": list(range(1, size, 2)),
        "all but one": [i for i in range(size) if i != size // 2],
    }[mask]
    if len(where) < size:
        masked[where] = -np.inf
    return masked


LOGIT_ROWS = pairwise(SIZES, SPREADS, HEIGHTS, MASKS)
LOGITS = [build_logits(*row) for row in LOGIT_ROWS if row[-1] == "none"]
MASKED_LOGITS = [build_logits(*row) for row in LOGIT_ROWS if row[-1] != "none"]
PLAIN_LOGITS = [build_logits(*row, 0.0, "none") for row in pairwise(SIZES, ("units", "close"))]
TEMPERATURES = (1, 0.01, 100.0, 0.0123456, np.float64(2.6), np.int64(7))
HEATED = pairwise(TEMPERATURES, SIZES, SPREADS, HEIGHTS, MASKS)
HEATED_LOGITS = [build_logits(*row[1:]) for row in HEATED]
HEATS = [row[0] for row in HEATED]


# --- distributions ------------------------------------------------------------

SHAPES = ("uneven", "tie", "nearly a tie", "dominant", "nearly flat", "dust", "flat")
ZEROS = ("none", "first", "last", "every other", "all but three")
PEAKS = ("last", "first", "middle")


def build_distribution(size: int, shape: str, zeros: str, peak: str) -> Vector:
    """A distribution with these features; the largest and, if one is there, its rival are near."""
    weights = weights_of(size, shape)
    top = int(np.argmax(weights))
    at = {"last": size - 1, "first": 0, "middle": size // 2}[peak]
    weights = np.roll(weights, at - top)
    rival = (at + 1) % size  # before the peak wherever that is last: a tie is decided by place
    if size > 1 and shape in ("tie", "nearly a tie"):
        weights[rival] = weights[at] / (1 if shape == "tie" else 1 + 1e-8)
    some = zeroed(weights, zeros, keep={at, rival})
    return np.asarray(some / some.sum())


def weights_of(size: int, shape: str) -> Vector:
    """Weights of which none is zero."""
    steps = np.arange(size) * GOLDEN % 1.0
    if shape == "dominant":  # the others are tiny, and two and two of them are equal
        steps = np.arange(size) // 2 * GOLDEN % 1.0
        steps[-1] = 2e5 * size
    if shape == "dust":
        return np.array([*np.full(size - 1, DUST), 1 - DUST * (size - 1)])
    if shape == "nearly flat":
        return 1 + 1e-6 * steps
    return np.ones(size) if shape == "flat" else 0.25 + steps


def zeroed(weights: Vector, zeros: str, keep: set[int]) -> Vector:
    """0 in place of some weights, but not of those to keep."""
    size, left = len(weights), weights.copy()
    where = {
        "none": range(0),
        "first": range(1),
        "last": range(size - 1, size),
        "every other": range(1, size, 2),
        "all but three": range(1, size - 1),
    }[zeros]
    left[[i for i in where if i not in keep]] = 0
    return left


DISTRIBUTIONS = [build_distribution(*row) for row in pairwise(SIZES, SHAPES, ZEROS, PEAKS)]
PLAIN_DISTRIBUTIONS = [
    build_distribution(*row, "none", "last")
    for row in pairwise(SIZES, ("uneven", "tie", "nearly a tie", "nearly flat", "flat"))
]


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


# --- arguments that are nearly the same ---------------------------------------


def related_logits(z: Vector) -> list[Vector]:
    """Logits, others that a coarse look takes for the same, and the first ones again."""
    nudged = z.copy()
    nudged[-1] += 3.1e-4
    return [z, nudged, z[::-1].copy(), z + 1.0, np.append(z, z[0]), nudged * 0.5, z]


def related(p: Vector) -> list[Vector]:
    """A distribution, others that a coarse look takes for the same, and the first one again."""
    mixed = (1 - 1e-3) * p + 1e-3 / len(p) if len(p) < 3 else p + 1e-3 * (p[::-1] - p)
    nudged = p.copy()
    if p.max() > p.min():
        nudged[[np.argmax(p), np.argmin(p)]] += [-4e-7, 4e-7]
    ends = np.eye(len(p))[0], np.eye(len(p))[-1]
    return [p, nudged, mixed, p[::-1].copy(), *ends, np.roll(p, 1), p]


def scattered(size: int, share: float, place: int) -> Vector:
    """One large probability in the middle, and a small one at `place` and each second after it."""
    p = np.zeros(size)
    p[place::2] = share
    p[size // 2] = 0
    p[size // 2] = 1 - p.sum()
    return p


EVENS, ODDS = scattered(1000, 4e-4, 0), scattered(1000, 4e-4, 1)  # the same to three decimals


# --- generators ---------------------------------------------------------------

KINDS: tuple[BitGenerator, ...] = ("MT19937", "Philox", "SFC64")  # others than the usual one
