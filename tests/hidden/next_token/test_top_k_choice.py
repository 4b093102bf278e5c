"""The laws of `top_k_choice`; budget.py and README.md state what chance may reject."""

from __future__ import annotations

from functools import partial

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.testing import Student, Vector, fail, generator, part, points
from solutions import next_token as reference
from tests.hidden.budget import LEVEL
from tests.hidden.calls import Plain, follow_generator
from tests.hidden.edges import DUST, KINDS, locked, related, strided
from tests.hidden.next_token.choice import choice, chosen, possible
from tests.hidden.next_token.draws import enough_places, fit_draws, fit_place
from tests.hidden.next_token.edges import CUT_EDGES, awkward, scattered
from tests.hidden.next_token.strategies import Case, cases, cuts, numbered, tied_cuts, wrong_cuts
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distinct_distributions,
    distributions,
    gapped_distributions,
    normalised,
    seeds,
    uniform,
    zero_distributions,
)

Cut = tuple[Vector, int]  # a distribution and k
SHARE = "Nach dem Abschneiden teilen sich die k Token die ganze 1."
STEEP = normalised(range(1, 1001))
RARE = scattered(1000, 9 * DUST, 1)
HALF = np.array([0.5, *np.full(999, 0.5 / 999)])
NAMES = ["Paris", "Rom", ".", "Berlin", "Oslo", "!"]
PLAIN = Plain(
    reference.top_k_choice,
    (NAMES[:3], np.array([0.2, 0.5, 0.3]), 2, generator(0)),
    (NAMES[3:], np.array([0.2, 0.5, 0.3]), 2, generator(0)),
    usable=lambda value: chosen(value, NAMES),
    fits=possible(reference.top_k),
)
SOURCE = "Alles Zufällige kommt aus rng, nichts aus np.random.*."


@points(1, task="top_k_choice", hint="Zu welchem Token gehört der Index, und welche k bleiben?")
@given(cut=tied_cuts() | cuts(zero_distributions()) | cuts(distributions()), seed=seeds())
@example(cut=(np.array([0.1, 0.4, 0.4, 0.1]), 1), seed=0)
@example(cut=(np.array([0.0, 0.0, 0.25, 0.75]), 3), seed=0)
@across(cut=CUT_EDGES, seed=range(len(CUT_EDGES)))
@settings(max_examples=25)
def test_draws_one_of_the_k_largest(student: Student, cut: Cut, seed: int) -> None:
    """Gezogen wird nur unter den k wahrscheinlichsten Token, als Paar aus Token und Index."""
    tokens, left = awkward(len(cut[0])), reference.top_k(*cut)
    places = ", ".join(map(str, np.flatnonzero(left)))
    for at, drawn in enumerate(student.top_k_choice.repeat(30, tokens, *cut, generator(seed))):
        with part(at):
            if not left[choice(drawn, tokens)] > 0:
                fail(f"ein Index aus {places}", drawn)


# 6 + 5 + 3 = 14 comparisons. Caught with probability 0.99: a bias of 0.068 where p = 0.4; 0.2 % of
# the draws made uniformly; what rounds p to four decimals; p to the power of 0.9 or 1.1;
# fewer than 450 different seeds
@points(1.5, task="top_k_choice", hint=SHARE, chance=14 * LEVEL)
def test_draws_with_the_new_probabilities(student: Student, seed: int) -> None:
    """Wer sehr oft zieht, bekommt die k Token so oft, wie ihre neu normierten
    Wahrscheinlichkeiten es sagen."""
    gaps, steep = [0.05, 0.3, 0.1, 0.35, 0.05, 0.15], [0.05, 0.1, 0.2, 0.25, 0.4]
    for p, k in (np.array(gaps), 3), (np.array(steep), 5):
        tokens = numbered(len(p))
        drawn = student.top_k_choice.repeat(5000, tokens, p, k, generator(k + seed))
        fit_draws(drawn, tokens, reference.top_k(p, k))
    tokens = numbered(1000)
    drawn = student.top_k_choice.repeat(1200, tokens, STEEP, 500, generator(500 + seed))
    enough_places(drawn, tokens, reference.top_k(STEEP, 500))
    for size, p, place in (2000, RARE, 500), (1000, HALF, 0):
        drawn = student.top_k_choice.repeat(size, tokens, p, 999, generator(999 + seed))
        fit_place(drawn, tokens, reference.top_k(p, 999), place)


# 20 examples, in each of which two right answers are equal by chance with probability 4**-61
@points(0.5, task="top_k_choice", hint=SOURCE, chance=20 * 4.0**-61)
@given(case=cases(distributions()), seed=seeds())
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=29)
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=34)
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=53)
@settings(max_examples=20)
def test_follows_the_generator(student: Student, case: Case, seed: int) -> None:
    """Derselbe Startwert von rng ergibt dieselben Züge, egal was vorher lief; ein anderer
    Startwert ergibt andere."""
    chosen(student.top_k_choice(*case, 1, generator(seed)), case[0])
    five = (["Paris", "Berlin", "Rom", ".", "<EOS>"], uniform(5), 4)
    read = partial(chosen, tokens=five[0])
    follow_generator(student.top_k_choice, five, seed, times=61, read=read, results="Züge")


@points(0.5, task="top_k_choice", hint="Für k gilt dasselbe wie in top_k.")
@given(wrong=wrong_cuts(), case=cases(distinct_distributions()), seed=seeds())
@settings(max_examples=30)
def test_refuses_wrong_k(student: Student, wrong: Cut, case: Case, seed: int) -> None:
    """Ein k unter 1 oder über V führt zu einem ValueError, jedes andere nicht."""
    tokens, rng = numbered(len(wrong[0])), generator(seed)
    for k in 1, len(case[0]):
        PLAIN.refuses(student.top_k_choice, (tokens, *wrong, rng), (*case, k, rng))


@points(0.5, task="top_k_choice", hint="Schreibe die Nullen in eine Kopie, nicht in p selbst.")
@given(case=cases(gapped_distributions()), k=st.integers(1, 8), seed=seeds())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, k: int, seed: int) -> None:
    """Die Token und ihre Wahrscheinlichkeiten bleiben, wie sie waren, kein Aufruf wirkt auf den
    nächsten, und die Parameter heißen wie in der Vorlage."""
    (tokens, p), most = case, min(k, len(case[0]))
    views = zip((p, strided(p), locked(p)), KINDS, strict=True)
    kept = [
        {"tokens": tokens, "p": view, "k": most, "rng": generator(seed, kind=kind)}
        for view, kind in views
    ]
    calls = [(tokens, near, most, generator(seed)) for near in related(p)]
    calls += [(tokens, p, less, generator(seed)) for less in (most, 1, len(p), 1)]
    PLAIN.keeps_to_itself(student.top_k_choice, kept, calls)
