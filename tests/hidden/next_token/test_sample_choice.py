"""The laws of `sample_choice`; budget.py and README.md state what chance may reject."""

from __future__ import annotations

from functools import partial

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import Student, fail, generator, part, points
from solutions import next_token as reference
from tests.hidden.budget import LEVEL
from tests.hidden.calls import Plain, called, follow_generator
from tests.hidden.edges import DUST, KINDS, locked, related, strided
from tests.hidden.next_token.choice import choice, chosen, possible
from tests.hidden.next_token.draws import enough_places, fit_draws, fit_pairs, fit_place
from tests.hidden.next_token.edges import CASES, EVENS, ODDS, scattered
from tests.hidden.next_token.strategies import Case, cases, numbered
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distributions,
    normalised,
    or_large,
    seeds,
    uniform,
    zero_distributions,
)

NAMES = ["Paris", "Rom", ".", "Berlin", "Oslo", "!"]
PLAIN = Plain(
    reference.sample_choice,
    (NAMES[:3], np.array([0.2, 0.5, 0.3]), generator(0)),
    (NAMES[3:], np.array([0.2, 0.5, 0.3]), generator(0)),
    usable=lambda value: chosen(value, NAMES),
    fits=possible(lambda p: p),
)


@points(1, task="sample_choice", hint="Der Index gehört zum gezogenen Token: tokens[idx] == token.")
@given(case=cases(distributions()), seed=seeds())
@example(case=(["Paris", "Rom", "."], np.array([0.0, 0.5, 0.5])), seed=0)
@example(case=(["Paris", "Rom", "."], np.array([0.0, 0.0, 1.0])), seed=0)
@settings(max_examples=40)
def test_returns_token_and_index(student: Student, case: Case, seed: int) -> None:
    """Das Ergebnis ist ein Paar aus einem Token der Liste und dem Index dieses Tokens."""
    idx = choice(called(student.sample_choice, *case, generator(seed)), case[0])
    if not case[1][idx] > 0:
        PLAIN.need(student.sample_choice)


COUNT = "Ziehe 1000 Mal und zähle: Passen die Anteile zu p?"
ANEW = "Jeder Aufruf muss neuen Zufall aus rng holen."
SOURCE = "Alles Zufällige kommt aus rng, nichts aus np.random.*."
RARE = scattered(2000, DUST, 1)
HALF = np.array([0.5, *np.full(999, 0.5 / 999)])
MOSTLY_ZEROS = (numbered(1000), normalised([0] * 400 + [1, 0, 3] + [0] * 597))


@points(1, task="sample_choice", hint="Probiere p = [0, 0, 1, 0] mit vielen Zügen.")
@given(case=or_large(cases(zero_distributions()), MOSTLY_ZEROS), seed=seeds())
@example(case=(["Paris", "Rom", "."], np.array([0.0, 1.0, 0.0])), seed=0)
@across(case=CASES, seed=range(len(CASES)))
@settings(max_examples=20)
def test_never_draws_the_impossible(student: Student, case: Case, seed: int) -> None:
    """Ein Token mit Wahrscheinlichkeit 0 wird nie gezogen, wo in der Liste es auch steht."""
    tokens, p = case
    for at, drawn in enumerate(student.sample_choice.repeat(60, tokens, p, generator(seed))):
        with part(at):
            if not p[chosen(drawn, tokens)] > 0:
                fail("ein Token mit Wahrscheinlichkeit über 0", drawn)


# 7 + 6 + 10 + 3 = 26 comparisons. Caught with probability 0.99: a bias of 0.068 where p = 0.6, and
# of 0.02 where p = 0.02; 0.2 % of the draws made uniformly; what rounds p to five decimals,
# or leaves out what is rarer than 1e-5, or draws what is impossible with 1e-6 each; p to the
# power of 0.9 or 1.1; fewer than 1,100 different seeds
@points(1.5, task="sample_choice", hint=COUNT, chance=26 * LEVEL)
def test_draws_with_the_given_probabilities(student: Student, seed: int) -> None:
    """Wer sehr oft zieht, bekommt jedes Token ungefähr so oft, wie seine Wahrscheinlichkeit
    es sagt."""
    uneven, steep = normalised([0, 2, 60, 0, 30, 8, 0]), normalised(range(1, 1001))
    usual = reference.softmax(reference.logits)
    for size, p, cells in (5000, uneven, 7), (5000, usual, 6), (2000, steep, 10):
        tokens = numbered(len(p))
        drawn = student.sample_choice.repeat(size, tokens, p, generator(cells + seed))
        fit_draws(drawn, tokens, p, cells=cells)
    enough_places(drawn, tokens, p)
    for size, p, place in (8000, RARE, 1000), (1200, HALF, 0):
        tokens = numbered(len(p))
        drawn = student.sample_choice.repeat(size, tokens, p, generator(999 + seed))
        fit_place(drawn, tokens, p, place)


# 4 * (3 + 9) = 48 comparisons. Caught with probability 0.99: that a fifth of the draws
# repeats the one before it, or the second or third before it
@points(1, task="sample_choice", hint=ANEW, chance=48 * LEVEL)
def test_draws_independently(student: Student, seed: int) -> None:
    """Jeder Zug ist neu: Was eben gezogen wurde, sagt nichts darüber, was als Nächstes kommt."""
    tokens, p = ["Paris", "Rom", "."], np.array([0.5, 0.3, 0.2])
    drawn = student.sample_choice.repeat(8000, tokens, p, generator(7 + seed))
    for start, lag in (0, 1), (1, 1), (0, 2), (0, 3):
        fit_pairs(drawn[start:], tokens, p, lag)


# 20 examples, in each of which two right answers are equal by chance with probability 4**-61
@points(1, task="sample_choice", hint=SOURCE, chance=20 * 4.0**-61)
@given(case=cases(distributions()), seed=seeds())
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=29)
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=34)
@example(case=(["Rom", "."], np.array([0.4, 0.6])), seed=53)
@settings(max_examples=20)
def test_follows_the_generator(student: Student, case: Case, seed: int) -> None:
    """Derselbe Startwert von rng ergibt dieselben Züge, egal was vorher lief; ein anderer
    Startwert ergibt andere."""
    chosen(student.sample_choice(*case, generator(seed)), case[0])
    four = (["Paris", "Berlin", "Rom", "."], uniform(4))
    read = partial(chosen, tokens=four[0])
    follow_generator(student.sample_choice, four, seed, times=61, read=read, results="Züge")


@points(0.5, task="sample_choice", hint="Sortiere weder tokens noch p an Ort und Stelle.")
@given(case=cases(zero_distributions()), seed=seeds())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, seed: int) -> None:
    """Die Token und ihre Wahrscheinlichkeiten bleiben, wie sie waren, kein Aufruf wirkt auf den
    nächsten, und die Parameter heißen wie in der Vorlage."""
    (tokens, p), long = case, numbered(1000)
    views = zip((p, strided(p), locked(p)), KINDS, strict=True)
    kept = [
        {"tokens": tokens, "p": view, "rng": generator(seed, kind=kind)} for view, kind in views
    ]
    calls = [(tokens, near, generator(seed)) for near in related(p)]
    calls += [(long, EVENS, generator(seed)), (long, ODDS, generator(seed))]
    PLAIN.keeps_to_itself(student.sample_choice, kept, calls)
