"""What the laws of `next_token` draw beside distributions: tokens, cuts and frequencies."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from autograder.testing import Vector
from tests.hidden.strategies import LONGEST, distributions, normalised, some

NAMES = ("Paris", "Berlin", "Rom", "Frankreich", ".", "<EOS>", "Par", "paris")
WORDS = st.text(alphabet="abcxyzäöüß<>.,!?0123456789 ", min_size=1, max_size=4)

Case = tuple[list[str], Vector]  # the tokens and their probabilities


@st.composite
def cuts(draw: DrawFn, chosen: SearchStrategy[Vector]) -> tuple[Vector, int]:
    """A distribution and a `k` from 1 to V."""
    p = draw(chosen)
    return p, draw(st.integers(1, len(p)))


@st.composite
def real_cuts(draw: DrawFn, chosen: SearchStrategy[Vector]) -> tuple[Vector, int]:
    """A distribution of two tokens or more, and a `k` that leaves one out."""
    p = draw(chosen.filter(lambda p: len(p) > 1))
    return p, draw(st.integers(1, len(p) - 1))


@st.composite
def tied_cuts(draw: DrawFn) -> tuple[Vector, int]:
    """A distribution and a `k` for which equal probabilities straddle the border."""
    weights = draw(st.lists(st.integers(1, 3), min_size=2, max_size=LONGEST).filter(has_tie))
    falling = sorted(weights, reverse=True)
    borders = [k for k in range(1, len(weights)) if falling[k - 1] == falling[k]]
    return normalised(weights), draw(st.sampled_from(borders))


@st.composite
def wrong_cuts(draw: DrawFn) -> tuple[Vector, int]:
    """A distribution and a `k` below 1 or above V."""
    p = draw(distributions())
    return p, draw(st.sampled_from([0, len(p) + 1, -1, -len(p), 2 * len(p) + 1]))


@st.composite
def cases(draw: DrawFn, chosen: SearchStrategy[Vector]) -> Case:
    """Tokens and a distribution over them."""
    p = draw(chosen)
    return draw(vocabularies(len(p))), p


@st.composite
def frequencies(draw: DrawFn, *, least: int = 1) -> tuple[Vector, Vector]:
    """A distribution and relative frequencies over as many tokens."""
    size = draw(st.integers(least, LONGEST))
    weights = st.lists(st.integers(0, 9), min_size=size, max_size=size).map(some)
    return normalised(draw(weights)), normalised(draw(weights))


def vocabularies(size: int) -> SearchStrategy[list[str]]:
    """So many distinct tokens, at most 8: names of the notebook, or any words."""
    named = st.permutations(NAMES).map(lambda names: list(names[:size]))
    return named | st.lists(WORDS, min_size=size, max_size=size, unique=True)


def numbered(size: int) -> list[str]:
    """So many tokens: "t0", "t1", ..."""
    return [f"t{i}" for i in range(size)]


def has_tie(weights: Sequence[int]) -> bool:
    """Whether a weight occurs twice."""
    return len(set(weights)) < len(weights)
