"""The laws of `sample_many`; budget.py and README.md state what chance may reject."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.law import agree, array, ensure, generator, pair, points, vector
from autograder.student import Student
from solutions import next_token as reference
from tests.hidden.next_token.budget import LEVEL, fit, near_half, total
from tests.hidden.next_token.strategies import (
    Case,
    cases,
    distributions,
    normalised,
    numbered,
    or_large,
    seeds,
    zero_distributions,
)

COUNT = "Zähle bei n = 500 nach: Passen die Anteile zu p?"
COINS = "Wirf 100 Münzen: Kommt dabei jedes Mal genau 50 Mal Kopf?"
SOURCE = "Benutze rng, wenn es da ist, und nichts sonst."
STUB = "Was steht in der Vorlage hinter n= und rng=?"
FRESH = "Wann entsteht dein Generator, und mit welchem Startwert?"
HALF_ZEROS = (numbered(1000), normalised([0] * 500 + [1] * 499 + [0]))


@points(1, task="sample_many", hint="Wie viele Einträge bekommst du, wenn ein Token nie vorkommt?")
@given(case=or_large(cases(zero_distributions()), HALF_ZEROS), n=st.integers(1, 40), seed=seeds())
@example(case=(["Paris", "Rom", "."], np.array([0.5, 0.5, 0.0])), n=1, seed=0)
@settings(max_examples=40)
def test_counts_every_token(student: Student, case: Case, n: int, seed: int) -> None:
    """Die Anzahlen ergeben zusammen n, jedes Token hat seinen Platz (auch mit Anzahl 0),
    und rel ist jeweils der Anteil an n."""
    tokens, p = case
    counts, rel = pair(student.sample_many(tokens, p, n, generator(seed)))
    ensure(total(counts, len(p)) == n, f"Anzahlen mit der Summe {n}")
    agree(rel, vector(counts, len(p)) / n)
    ensure(not vector(counts, len(p))[p == 0].any(), "Anzahl 0, wo die Wahrscheinlichkeit 0 ist")


@points(0.5, task="sample_many", hint="Sieh dir von beiden Ergebnissen .dtype und .shape an.")
@given(case=cases(distributions()), n=st.integers(1, 40), seed=seeds())
@settings(max_examples=20)
def test_returns_two_arrays(student: Student, case: Case, n: int, seed: int) -> None:
    """Das Ergebnis ist ein Tupel aus zwei NumPy-Arrays der Länge V: ganze Zahlen in counts,
    float64 in rel."""
    counts, rel = pair(student.sample_many(*case, n, generator(seed)))
    ensure(total(array(counts, len(case[1]), kind="i"), len(case[1])) == n, f"die Summe {n}")
    agree(array(rel, len(case[1])), vector(counts, len(case[1])) / n)


# 6 + 7 = 13 comparisons
@points(1, task="sample_many", hint=COUNT, chance=13 * LEVEL)
def test_counts_follow_the_probabilities(student: Student, seed: int) -> None:
    """Bei vielen Ziehungen kommt jedes Token ungefähr so oft vor, wie seine Wahrscheinlichkeit
    es sagt."""
    usual = reference.softmax_with_temperature(reference.logits, 1.2)
    for p in (usual, normalised([0, 2, 60, 0, 30, 8, 0])):
        tokens = numbered(len(p))
        results = student.sample_many.repeat(30, tokens, p, 500, generator(len(p) + seed))
        counts = [vector(pair(result)[0], len(p)) for result in results]
        ensure(all(total(c, len(p)) == 500 for c in counts), "Anzahlen mit der Summe 500")
        fit(np.sum(counts, axis=0), p, tokens)


# 1 comparison: its two cells are one event and its opposite
@points(0.5, task="sample_many", hint=COINS, chance=LEVEL)
def test_counts_scatter(student: Student, seed: int) -> None:
    """Die Anzahlen sind wirklich gezogen: Von Mal zu Mal schwanken sie so stark, wie es
    n unabhängige Ziehungen tun."""
    tokens, p = ["Kopf", "Zahl"], np.array([0.5, 0.5])
    results = student.sample_many.repeat(240, tokens, p, 100, generator(11 + seed))
    heads = np.array([vector(pair(result)[0], 2)[0] for result in results])
    near, chance = int(np.sum(np.abs(heads - 50) <= 3)), near_half(100, 3)
    split = np.array([chance, 1 - chance])
    fit([near, 240 - near], split, ["47 bis 53 Mal Kopf", "öfter oder seltener Kopf"])


# 20 examples, in each of which two right answers are equal by chance with probability 0.0013**12
@points(0.5, task="sample_many", hint=SOURCE, chance=20 * 0.0013**12)
@given(case=cases(distributions()), seed=seeds())
@settings(max_examples=20)
def test_follows_the_generator(student: Student, case: Case, seed: int) -> None:
    """Derselbe Startwert von rng ergibt dieselben Anzahlen, egal was vorher lief; ein anderer
    Startwert ergibt andere."""
    pair(student.sample_many(*case, 5, generator(seed)))
    four = (["Paris", "Berlin", "Rom", "."], np.array([0.4, 0.3, 0.2, 0.1]), 100)
    first, other, again = (
        [vector(pair(c)[0], 4).tolist() for c in student.sample_many.repeat(12, *four, rng)]
        for rng in (generator(seed), generator(seed + 1), generator(seed))
    )
    ensure(first == again, f"wieder {first}", f"{again}")
    ensure(first != other, "bei einem anderen Startwert andere Anzahlen", f"wieder {other}")


# 4 * 6 = 24 comparisons
@points(0.5, task="sample_many", hint=STUB, chance=24 * LEVEL)
def test_has_defaults(student: Student, seed: int) -> None:
    """Ohne n wird 2000 Mal gezogen, und ohne rng nimmt die Funktion einen eigenen, neuen
    Generator."""
    p, rng = reference.softmax(reference.logits), generator(3 + seed)
    calls: tuple[tuple[int, dict[str, Any]], ...]
    calls = (2000, {}), (2000, {"rng": rng}), (500, {"n": 500}), (2000, {"rng": None})
    for n, named in calls:
        counts, rel = pair(student.sample_many(reference.vocab, p, **named))
        ensure(total(counts, len(p)) == n, f"Anzahlen mit der Summe {n}")
        agree(rel, vector(counts, len(p)) / n)
        fit(vector(counts, len(p)), p, reference.vocab)


# twelve right answers are all equal by chance with a probability far below 1e-24
@points(0.5, task="sample_many", hint=FRESH, chance=1e-24)
def test_is_fresh_without_a_generator(student: Student, seed: int) -> None:
    """Ohne rng ist jeder Aufruf ein neuer Versuch: Nicht immer kommen dieselben Anzahlen heraus."""
    p = reference.softmax(reference.logits)
    results = student.sample_many.repeat(12, reference.vocab, p)
    counts = [vector(pair(result)[0], len(p)).tolist() for result in results]
    ensure(all(total(c, len(p)) == 2000 for c in counts), "Anzahlen mit der Summe 2000")
    ensure(any(c != counts[0] for c in counts), "verschiedene Anzahlen", f"jedes Mal {counts[0]}")


@points(0.5, task="sample_many", hint="Sortiere weder tokens noch p an Ort und Stelle.")
@given(case=cases(distributions()), n=st.integers(1, 40), seed=seeds())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, case: Case, n: int, seed: int) -> None:
    """Die Token und ihre Wahrscheinlichkeiten bleiben, wie sie waren, und die Parameter heißen
    wie in der Vorlage."""
    (tokens, p), rng = case, generator(seed)
    counts, rel = pair(student.sample_many.unchanged(tokens=tokens, p=p, n=n, rng=rng))
    ensure(total(counts, len(p)) == n, f"Anzahlen mit der Summe {n}")
    agree(rel, vector(counts, len(p)) / n)
