"""What the laws of every assignment draw: logits, temperatures, distributions and seeds.

Probabilities come from integer weights, so that a tie is an exact tie and two
values that differ do so by far more than rounding: no right answer hangs on
the last bit. Vocabularies are small (V <= 8), so that a counterexample is
short; laws that want a long one name it as an explicit example.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from autograder.testing import Vector

T = TypeVar("T")

LONGEST = 8


def logits() -> SearchStrategy[Vector]:
    """Moderate logits: `exp` neither overflows nor underflows; ties are common."""
    return st.lists(moderate(), min_size=1, max_size=LONGEST).map(floats)


def distinct_logits() -> SearchStrategy[Vector]:
    """Logits that differ from each other by at least 1."""
    whole = st.integers(-9, 9)
    return st.lists(whole, min_size=2, max_size=LONGEST, unique=True).map(floats)


def huge_logits() -> SearchStrategy[Vector]:
    """Logits up to 1e6 in size, at least one beyond the reach of a plain `exp`."""
    size = st.sampled_from([1e3, -1e3, 1e6, -1e6]) | st.floats(1e3, 1e6) | st.floats(-1e6, -1e3)
    rest = st.lists(size | moderate(), max_size=LONGEST - 1)
    return st.tuples(size, rest).map(lambda drawn: floats([drawn[0], *drawn[1]]))


def masked_logits() -> SearchStrategy[Vector]:
    """Moderate logits with at least one -inf and at least one finite value."""
    rest = st.lists(moderate() | st.just(-np.inf), min_size=1, max_size=LONGEST - 1)
    finite = rest.filter(lambda values: max(values) > -np.inf)
    place = st.integers(0, LONGEST - 1)
    return st.tuples(finite, place).map(lambda drawn: masked(drawn[0], drawn[1]))


def listed_logits() -> SearchStrategy[list[float]]:
    """Logits as a list of whole numbers, of floats, or of both."""
    whole = st.lists(st.integers(-20, 20), min_size=1, max_size=LONGEST)
    return st.one_of(whole, st.lists(moderate(), min_size=1, max_size=LONGEST))


def moderate() -> SearchStrategy[float]:
    """One logit between -20 and 20, often a whole number."""
    return st.integers(-5, 5).map(float) | st.floats(-20, 20)


def temperatures() -> SearchStrategy[float]:
    """Temperatures at which moderate logits stay moderate, whole numbers among them."""
    return st.sampled_from([1, 2, 0.2, 0.5, 1.2, 3.0, 100]) | st.floats(0.2, 100)


def wrong_temperatures() -> SearchStrategy[float]:
    """Temperatures that must be refused: zero and below."""
    return st.sampled_from([0, 0.0, -1, -0.01, -100.0]) | st.floats(-100, 0)


def distributions() -> SearchStrategy[Vector]:
    """Any distribution: zeros and ties are common, one-hot, uniform and V = 1 occur."""
    size = st.integers(1, LONGEST)
    return st.one_of(
        st.lists(st.integers(0, 9), min_size=1, max_size=LONGEST).filter(any).map(normalised),
        st.tuples(size, st.integers(0, LONGEST - 1)).map(lambda d: one_hot(d[0], d[1] % d[0])),
        size.map(uniform),
    )


def positive_distributions() -> SearchStrategy[Vector]:
    """Distributions without a zero, some of them very uneven."""
    powers = st.sampled_from([1.0, 1e-2, 1e-4, 1e-9])
    weight = st.integers(1, 30).map(float)
    uneven = st.lists(st.builds(lambda w, s: w * s, weight, powers), min_size=1, max_size=LONGEST)
    return st.lists(weight, min_size=1, max_size=LONGEST).map(normalised) | uneven.map(normalised)


def zero_distributions() -> SearchStrategy[Vector]:
    """Distributions with at least one zero: in front, at the end, in runs; one-hot too."""
    weights = st.lists(st.sampled_from([0, 0, 1, 2, 5, 9]), min_size=2, max_size=LONGEST)
    return weights.map(lambda w: normalised([0, *some(w[1:])] if all(w) else some(w)))


def or_large(small: SearchStrategy[T], large: T) -> SearchStrategy[T]:
    """`small`, and once in a while the one large value.

    An explicit example would come first and is never shrunk: whoever gets the
    simplest case wrong would read a thousand numbers as the counterexample. For
    Hypothesis the smallest example is the one with the fewest draws, so the large
    value takes more of them than any small one.
    """
    many_draws = st.lists(st.booleans(), min_size=64, max_size=64)
    costly = many_draws.map(lambda _: large)
    return st.integers(0, 2).flatmap(lambda turn: costly if turn == 2 else small)


def distinct_distributions() -> SearchStrategy[Vector]:
    """Distributions without a tie."""
    weights = st.lists(st.integers(1, 30), min_size=1, max_size=LONGEST, unique=True)
    return weights.map(normalised)


def gapped_distributions() -> SearchStrategy[Vector]:
    """Distributions with one to three zeros anywhere, and no other tie."""
    weights = st.lists(st.integers(1, 30), min_size=1, max_size=LONGEST - 3, unique=True)
    places = st.lists(st.integers(0, LONGEST), min_size=1, max_size=3)
    return st.tuples(weights, places).map(lambda drawn: normalised(gapped(drawn[0], drawn[1])))


def tied_distributions() -> SearchStrategy[Vector]:
    """Distributions whose largest probability occurs at least twice."""
    weights = st.lists(st.integers(0, 3), min_size=2, max_size=LONGEST)
    return weights.filter(lambda w: w.count(max(w)) > 1 and any(w)).map(normalised)


def seeds() -> SearchStrategy[int]:
    """A seed for `testing.generator`."""
    return st.integers(0, 2**32 - 1)


def floats(values: Sequence[float]) -> Vector:
    """The values as a float64 array."""
    return np.array(values, dtype=np.float64)


def normalised(weights: Sequence[float]) -> Vector:
    """Weights, not all of them 0, divided by their sum: equal weights stay exactly equal."""
    values = floats(weights)
    return np.asarray(values / values.sum(), dtype=np.float64)


def some(weights: Sequence[int]) -> Sequence[int]:
    """The weights, with a 1 at the end where all are 0.

    A filter would stand in the way of the search for a smaller example.
    """
    return weights if any(weights) else [*weights[:-1], 1]


def uniform(size: int) -> Vector:
    """The uniform distribution over so many tokens."""
    return np.full(size, 1 / size)


def one_hot(size: int, place: int) -> Vector:
    """The distribution that is 1 at one place."""
    return np.eye(size, dtype=np.float64)[place, :]


def masked(values: Sequence[float], place: int) -> Vector:
    """The values with one -inf put in between."""
    at = place % (len(values) + 1)
    return floats([*values[:at], -np.inf, *values[at:]])


def gapped(weights: Sequence[int], places: Sequence[int]) -> list[int]:
    """The weights with a 0 put in at each of the places."""
    longer = list(weights)
    for place in places:
        longer.insert(place, 0)
    return longer
