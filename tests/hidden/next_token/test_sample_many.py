"""The laws of `sample_many`; budget.py and README.md state what chance may reject."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.testing import (
    Student,
    StudentError,
    Vector,
    agree,
    agrees,
    array,
    ensure,
    fail,
    generator,
    literal,
    numbers,
    pair,
    part,
    points,
    premise,
    vector,
)
from solutions import next_token as reference
from tests.hidden.budget import LEVEL, at_most, fit, near_half, total
from tests.hidden.calls import Plain, called, follow_generator
from tests.hidden.edges import KINDS, locked, related, strided
from tests.hidden.next_token.edges import COUNTED_CASES, COUNTED_NUMBERS, EVENS, ODDS
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

COUNT = "Zähle bei n = 500 nach: Passen die Anteile zu p?"
COINS = "Wirf 100 Münzen: Kommt dabei jedes Mal genau 50 Mal Kopf?"
SOURCE = "Benutze rng, wenn es da ist, und nichts sonst."
STUB = "Was steht in der Vorlage hinter n= und rng=?"
TWICE = ["in 2 Würfen nie Kopf", "in 2 Würfen einmal Kopf", "in 2 Würfen zweimal Kopf"]
BANDS = ["in 40 Würfen 18 bis 22 Mal Kopf", "etwas öfter oder seltener", "viel öfter oder seltener"]
SPREAD = ["höchstens 25 verschiedene Token in 40 Zügen", "mehr verschiedene"]
FRESH = "Wann entsteht dein Generator, und mit welchem Startwert?"
NAMES = ["Paris", "Rom", "."]


def counts_of(value: object, size: int) -> Vector:
    """The counts of a result, of which the last may be missing; that they are some is a premise."""
    with premise():
        counts = numbers(pair(value)[0])
        if counts.ndim != 1 or not 0 < len(counts) <= size:
            fail(f"{size} Anzahlen", value)
        total(counts, len(counts))
    return np.pad(counts, (0, size - len(counts)))


def fits(value: Any, given: tuple[Any, ...]) -> bool:
    """Whether a result is one of n draws from these probabilities."""
    _, p, n, _ = given
    try:
        counts, rel = counts_of(value, len(p)), pair(value)[1]
    except StudentError:
        return False
    return bool(counts.sum() == n and not counts[p == 0].any() and agrees(rel, counts / n))


PLAIN = Plain(
    reference.sample_many,
    (NAMES, np.array([0.0, 1.0, 0.0]), 4, generator(0)),
    (NAMES, np.array([0.0, 0.0, 1.0]), 4, generator(0)),
    usable=lambda value: counts_of(value, 3),
    fits=fits,
)
FEW = np.array([0.4, 0.15, 0.05, 0.3, 0.05, 0.05])  # as short as a student would write it
RARE = np.array([*np.full(499, 9.9e-7), 1 - 999 * 9.9e-7, *np.full(500, 9.9e-7)])
HALF_ZEROS = (numbered(1000), normalised([0] * 500 + [1] * 499 + [0]))


@points(1, task="sample_many", hint="Wie viele Einträge bekommst du, wenn ein Token nie vorkommt?")
@given(case=or_large(cases(zero_distributions()), HALF_ZEROS), n=st.integers(1, 40), seed=seeds())
@example(case=(["Paris", "Rom", "."], np.array([0.5, 0.5, 0.0])), n=1, seed=0)
@across(case=COUNTED_CASES, n=COUNTED_NUMBERS, seed=range(len(COUNTED_CASES)))
@settings(max_examples=40)
def test_counts_every_token(student: Student, case: Case, n: int, seed: int) -> None:
    """Die Anzahlen ergeben zusammen n, jedes Token hat seinen Platz (auch mit Anzahl 0),
    und rel ist jeweils der Anteil an n."""
    tokens, p = case
    counts, rel = pair(student.sample_many(tokens, p, n, generator(seed)))
    with part(0):
        found = literal(counts)
        ensure(total(counts, len(p)) == n, f"Anzahlen mit der Summe {n}", found)
        counted = vector(counts, len(p))
        ensure(not counted[p == 0].any(), "Anzahl 0, wo die Wahrscheinlichkeit 0 ist", found)
    with part(1):
        agree(rel, counted / n)


@points(0.5, task="sample_many", hint="Sieh dir von beiden Ergebnissen .dtype und .shape an.")
@given(case=cases(distributions()), n=st.integers(1, 40), seed=seeds())
@settings(max_examples=20)
def test_returns_two_arrays(student: Student, case: Case, n: int, seed: int) -> None:
    """Das Ergebnis ist ein Tupel aus zwei NumPy-Arrays der Länge V: ganze Zahlen in counts,
    float64 in rel."""
    rng = generator(seed)
    value = called(student.sample_many, *case, n, rng)
    for at, kind in (0, "i"), (1, "f"):
        with part(at):
            array(pair(value)[at], len(case[1]), kind=kind)
    if not fits(value, (*case, n, rng)):
        PLAIN.need(student.sample_many)


# 6 + 7 + 1 = 14 comparisons. Caught with probability 0.99: a bias of 0.015 where p = 0.6, and of
# 0.004 where p = 0.02; what rounds p to five decimals, or leaves out what is rarer than 1e-6,
# or takes what is above 0.999 for certain
@points(1, task="sample_many", hint=COUNT, chance=14 * LEVEL)
def test_counts_follow_the_probabilities(student: Student, seed: int) -> None:
    """Bei vielen Zügen kommt jedes Token ungefähr so oft vor, wie seine Wahrscheinlichkeit
    es sagt."""
    usual = reference.softmax_with_temperature(reference.logits, 1.2)
    uneven = normalised([0, 2, 60, 0, 30, 8, 0])
    for times, p, n in (30, usual, 500), (10, uneven, 10_000):
        results = student.sample_many.repeat(times, numbered(len(p)), p, n, generator(n + seed))
        fit(added(results, len(p)), p, numbered(len(p)))
    results = student.sample_many.repeat(4, numbered(1000), RARE, 10_000, generator(seed))
    counts = added(results, 1000)
    hits, split = counts[499], np.array([RARE[499], 1 - RARE[499]])
    fit([hits, counts.sum() - hits], split, ["t499", "alle anderen"])


def added(results: Sequence[object], size: int) -> Vector:
    """The counts of several calls, added up."""
    return np.asarray(np.sum([counts_of(result, size) for result in results], axis=0))


# 3 + 3 + 1 comparisons, and 250 results of which two are equal by chance with a probability below
# 250**2 / 2 * 40! / 50**40 < 1e-15. Caught with probability 0.99: each draw used twice, a tenth of
# the draws that repeats the one before, a variance that is 0.55 or 1.7 times the right one,
# fewer than 6,000 different seeds
@points(0.5, task="sample_many", hint=COINS, chance=7 * LEVEL + 1e-15)
def test_counts_scatter(student: Student, seed: int) -> None:
    """Die Anzahlen sind wirklich gezogen: Von Mal zu Mal schwanken sie so stark, wie es
    n unabhängige Züge tun."""
    coin, repeat = (["Kopf", "Zahl"], np.array([0.5, 0.5])), student.sample_many.repeat

    def heads(n: int) -> Vector:
        results = repeat(1000, *coin, n, generator(n + seed))
        return np.array([counts_of(result, 2)[0] for result in results])

    two = np.bincount(heads(2).astype(int), minlength=3)[:3]
    fit(two, np.array([0.25, 0.5, 0.25]), TWICE)
    near, far = near_half(40, 2), 1 - near_half(40, 6)
    bands = np.bincount(np.digitize(np.abs(heads(40) - 20), [3, 7]), minlength=3)
    fit(bands, np.array([near, 1 - near - far, far]), BANDS)
    many = repeat(250, numbered(50), uniform(50), 40, generator(50 + seed))
    different = {tuple(counts_of(result, 50)) for result in many}
    ensure(len(different) == 250, "250 verschiedene Ergebnisse", f"nur {len(different)}")
    few, p = sum(np.count_nonzero(counts) <= 25 for counts in different), at_most(25, 40, 50)
    fit([few, 250 - few], np.array([p, 1 - p]), SPREAD)


# 20 examples, in each of which two right answers are equal by chance with probability 0.0013**12
@points(0.5, task="sample_many", hint=SOURCE, chance=20 * 0.0013**12)
@given(case=cases(distributions()), seed=seeds())
@settings(max_examples=20)
def test_follows_the_generator(student: Student, case: Case, seed: int) -> None:
    """Derselbe Startwert von rng ergibt dieselben Anzahlen, egal was vorher lief; ein anderer
    Startwert ergibt andere."""
    counts_of(student.sample_many(*case, 5, generator(seed)), len(case[1]))
    four = (["Paris", "Berlin", "Rom", "."], np.array([0.4, 0.3, 0.2, 0.1]), 100)
    follow_generator(
        student.sample_many,
        four,
        seed,
        times=12,
        read=lambda result: counts_of(result, 4).tolist(),
        results="Anzahlen",
    )


# 5 * 6 = 30 comparisons
@points(0.5, task="sample_many", hint=STUB, chance=30 * LEVEL)
def test_has_defaults(student: Student, seed: int) -> None:
    """Ohne n wird 2000 Mal gezogen, und ohne rng nimmt die Funktion einen eigenen, neuen
    Generator."""
    p, rng = FEW, generator(3 + seed)
    sample = partial(student.sample_many, reference.vocab, p)
    with premise():
        drawn = {n: counts_of(sample(n=n, rng=rng), len(p)) for n in (2000, 500)}
        fit(drawn[2000], p, reference.vocab)
    calls: tuple[tuple[int, dict[str, Any]], ...]
    calls = (2000, {}), (2000, {"rng": rng}), (500, {"n": 500}), (2000, {"rng": None})
    for n, named in calls:
        counts = counts_of(sample(**named), len(p))
        ensure(counts.sum() == drawn[n].sum(), f"so viele Züge wie bei n={n}")
        fit(counts, p, reference.vocab)


# twelve right answers are all equal by chance with a probability far below 1e-24
@points(0.5, task="sample_many", hint=FRESH, chance=2e-24)
def test_is_fresh_without_a_generator(student: Student, seed: int) -> None:
    """Ohne rng ist jeder Aufruf ein neuer Versuch: Nicht immer kommen dieselben Anzahlen heraus."""
    p = FEW
    function, calls = student.sample_many, [(reference.vocab, p)] * 12
    # the second time with NumPy's and Python's global generators in the same state before each
    for results in (function.repeat(12, *calls[0]), function.each(*calls)):
        counts = [counts_of(result, len(p)).astype(int).tolist() for result in results]
        always = f"jedes Mal {counts[0]}"
        ensure(any(c != counts[0] for c in counts), "verschiedene Anzahlen", always)


@points(0.5, task="sample_many", hint="Sortiere weder tokens noch p an Ort und Stelle.")
@given(case=cases(distributions()), n=st.integers(1, 40), seed=seeds())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, n: int, seed: int) -> None:
    """Die Token und ihre Wahrscheinlichkeiten bleiben, wie sie waren, kein Aufruf wirkt auf den
    nächsten, und die Parameter heißen wie in der Vorlage."""
    tokens, p = case
    views = zip((p, strided(p), locked(p)), KINDS, strict=True)
    kept = [
        {"tokens": tokens, "p": view, "n": n, "rng": generator(seed, kind=kind)}
        for view, kind in views
    ]
    calls = [(tokens, near, n, generator(seed)) for near in related(p)]
    calls += [(numbered(1000), near, n, generator(seed)) for near in (EVENS, ODDS)]
    PLAIN.keeps_to_itself(student.sample_many, kept, calls)
