"""The laws of chance keep the error budget that they state."""

from __future__ import annotations

import itertools
import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from math import exp, lgamma, log, log1p
from typing import Any

import numpy as np
import pytest

from autograder.course.answers import load_reference
from autograder.judge.plugin import JudgePlugin
from autograder.judge.session import run_session
from autograder.model.grade import Law
from autograder.student.inprocess import InProcessTransport
from autograder.student.transport import Transport
from solutions import next_token as reference
from tests.hidden.budget import LEVEL, at_most, near_half, plausible
from tests.kit.submissions import ROOT

BUDGET = "tests.hidden.budget"
DRAWS = "tests.hidden.next_token.draws"
EVENTS = {  # the chance of what is no comparison of a count
    ("my_deviation", "test_is_an_honest_deviation"): 9.68e-10,
    ("sample_choice", "test_follows_the_generator"): 20 * 4.0**-61,
    ("sample_choice", "test_draws_with_the_given_probabilities"): LEVEL,  # McDiarmid's
    ("top_k_choice", "test_follows_the_generator"): 20 * 4.0**-61,
    ("top_k_choice", "test_draws_with_the_new_probabilities"): LEVEL,
    ("sample_many", "test_counts_scatter"): 1e-15,
    ("sample_many", "test_follows_the_generator"): 20 * 0.0013**12,
    ("sample_many", "test_is_fresh_without_a_generator"): 2e-24,
}


class Counting:
    """A pytest plugin that counts the comparisons of each law."""

    def __init__(self, session: JudgePlugin) -> None:
        self.session = session
        self.made: dict[tuple[str, str], int] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[Any]:
        law = self.session.laws[item.nodeid]
        last: list[tuple[float, float]] = []
        honest = sys.modules[BUDGET].plausible

        def count(hits: float, trials: float, p: float) -> bool:
            # of two cells the second holds what the first does not: one event, looked at twice
            if (trials - hits, round(1 - p, 12)) not in last:
                self.made[law.name] = self.made.get(law.name, 0) + 1
            last[:] = [(hits, round(p, 12))]
            return bool(honest(hits, trials, p))

        with pytest.MonkeyPatch.context() as patch:
            for module in (BUDGET, DRAWS):
                patch.setattr(f"{module}.plausible", count)
            return (yield)


class Reference:
    """Opens the reference's functions for every law."""

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.namespace = namespace

    def open(self, law: Law) -> Transport:
        return InProcessTransport(dict(self.namespace))

    lost = False

    def must_retry(self, law: Law) -> bool:
        return False


def count_comparisons() -> tuple[list[Law], dict[tuple[str, str], int]]:
    """The laws, and how many comparisons each makes of the reference; for a process of its own."""
    session = JudgePlugin(Reference(load_reference(ROOT, "next_token")))
    counting = Counting(session)
    run_session(str(ROOT), "next_token", session, counting)
    assert all(outcome.status == "passed" for outcome in session.outcomes)
    return list(session.laws.values()), counting.made


def test_each_law_states_the_comparisons_that_it_makes() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as apart:
        laws, made = apart.submit(count_comparisons).result()
    stated = {law.name: law.chance for law in laws if law.chance}
    expected = {
        law: made.get(law, 0) * LEVEL + EVENTS.get(law, 0) for law in made.keys() | EVENTS.keys()
    }
    assert stated == pytest.approx(expected, rel=1e-9, abs=0)
    assert sum(stated.values()) < 1e-9


@pytest.mark.parametrize("trials", [1, 7, 240, 500, 2000, 24_000])
@pytest.mark.parametrize("p", [1e-6, 0.003, 0.08, 0.5, 0.93])
def test_a_comparison_rejects_a_right_answer_below_its_level(trials: int, p: float) -> None:
    rejected = (hits for hits in range(trials + 1) if not plausible(hits, trials, p))
    assert sum(exact(hits, trials, p) for hits in rejected) < LEVEL


def test_a_comparison_rejects_what_is_far_off() -> None:
    assert not plausible(300, 500, 0.4)
    assert not plausible(1, 500, 0.0)
    assert not plausible(499, 500, 1.0)
    assert plausible(200, 500, 0.4) and plausible(0, 500, 0.0) and plausible(500, 500, 1.0)


def test_the_middle_of_fair_coins_is_the_exact_sum() -> None:
    middle = sum(exact(heads, 100, 0.5) for heads in range(47, 54))
    assert near_half(100, 3) == pytest.approx(middle)


def test_the_chance_of_few_different_ones_is_the_exact_sum() -> None:
    draws = list(itertools.product(range(3), repeat=4))
    for most in range(4):
        few = sum(len(set(drawn)) <= most for drawn in draws)
        assert at_most(most, 4, 3) == pytest.approx(few / len(draws))


def test_an_honest_sample_hardly_ever_deviates_by_what_the_contract_allows() -> None:
    """The bound of `my_deviation`: whatever token it is that deviates."""
    p, n = reference.softmax_with_temperature(reference.logits, 1.2), 10_000
    beyond = sum(
        exact(hits, n, share)
        for share in p.tolist()
        for hits in range(n + 1)
        if abs(hits / n - share) >= 0.03
    )
    assert 0 < beyond < 9.68e-10


def exact(hits: int, trials: int, p: float) -> float:
    """The binomial probability of so many hits."""
    ways = lgamma(trials + 1) - lgamma(hits + 1) - lgamma(trials - hits + 1)
    return exp(ways + hits * log(p) + (trials - hits) * log1p(-p))


def test_the_probabilities_add_up() -> None:
    assert sum(exact(hits, 240, 0.3) for hits in range(241)) == pytest.approx(1)
    assert np.isclose(exact(1, 2, 0.5), 0.5)
