"""The edges of logits and distributions, two at a time, for the laws of every assignment.

An argument has features: its size, its scale, what is masked. `rows.pairwise` makes the rows,
and `@across(z=LOGITS)` tries a law on them. Numbers are chosen so that no right answer hangs on
rounding: what differs does so by 1e-9 of its size at least, and what ties does so exactly.
"""

from __future__ import annotations

import numpy as np

from autograder.testing import BitGenerator, Vector
from tests.hidden.rows import pairwise

GOLDEN = 0.6180339887498949  # multiples of it are spread evenly over the unit interval
DUST = 4.9e-6  # of each of a thousand rare tokens: less than half of the fifth decimal


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


# --- generators ---------------------------------------------------------------

KINDS: tuple[BitGenerator, ...] = ("MT19937", "Philox", "SFC64")  # others than the usual one
