"""The laws of `top_k`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import (
    Student,
    Vector,
    agree,
    agrees,
    array,
    ensure,
    literal,
    points,
    premise,
    vector,
)
from solutions import next_token as reference
from tests.hidden.calls import Plain, called
from tests.hidden.edges import PLAIN_DISTRIBUTIONS, locked, related, strided
from tests.hidden.next_token.edges import PLAIN_CUTS, ZERO_CUTS
from tests.hidden.next_token.strategies import cuts, real_cuts, tied_cuts, wrong_cuts
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distinct_distributions,
    gapped_distributions,
    normalised,
    or_large,
)

Cut = tuple[Vector, int]  # a distribution and k


PLAIN = Plain(
    reference.top_k,
    (np.array([0.1, 0.2, 0.3, 0.4]), 2),
    (np.array([0.4, 0.3, 0.1, 0.2]), 2),
)


@points(1.5, task="top_k", hint="Was ist die Summe der k Werte, die bleiben? Teile durch sie.")
@given(cut=or_large(real_cuts(distinct_distributions()), (normalised(range(1, 1001)), 40)))
@example(cut=(np.array([0.1, 0.2, 0.3, 0.4]), 2))
def test_keeps_the_largest(student: Student, cut: Cut) -> None:
    """Die k größten Wahrscheinlichkeiten bleiben an ihrem Platz und ergeben zusammen wieder 1,
    alle anderen werden 0."""
    agree(student.top_k(*cut), reference.top_k(*cut))


@points(1, task="top_k", hint="Wie viele Plätze bleiben bei [0.25, 0.25, 0.25, 0.25] und k = 2?")
@given(cut=tied_cuts())
@example(cut=(np.full(4, 0.25), 2))
@example(cut=(normalised([1, 2, 3] * 8), 12))
@across(cut=PLAIN_CUTS)
def test_breaks_ties_by_index(student: Student, cut: Cut) -> None:
    """Stehen an der Grenze gleich große Werte, bleibt der mit dem kleineren Index: Es sind immer
    genau k Plätze."""
    top_k, (p, k), right = student.top_k, cut, reference.top_k(*cut)
    clear = untied(p, k), k
    with PLAIN.unless_always(top_k, clear):
        found = top_k(p, k)
    if not agrees(found, right) and PLAIN.is_right(top_k):
        agree(found, right)
    elif not agrees(found, right):
        own = places(top_k.alone(*clear), p)
        ensure(places(found, p) == own, f"Werte über 0 nur an: {own}", literal(found))


def untied(p: Vector, k: int) -> Vector:
    """What must stay a little larger, so that nothing is equal at the border."""
    raised = p.copy()
    raised[np.argsort(-p, kind="stable")[:k]] *= 1.001
    return np.asarray(raised / raised.sum())


def places(value: object, p: Vector) -> list[int]:
    """Where a value is not 0; that it has as many places as `p` is a premise."""
    with premise():
        return [int(at) for at in np.flatnonzero(vector(value, len(p)))]


@points(1, task="top_k", hint="k = 1 lässt nur einen Platz übrig, k = V ändert nichts.")
@given(p=distinct_distributions())
@example(p=np.array([0.2, 0.5, 0.3]))
@example(p=np.array([1e-4, 0.9998999, 1e-7]))
@across(p=PLAIN_DISTRIBUTIONS)
@settings(max_examples=40)
def test_reaches_from_one_to_all(student: Student, p: Vector) -> None:
    """Mit k = 1 bleibt nur das wahrscheinlichste Token, mit k = V die ganze Verteilung."""
    top_k, at = student.top_k, int(np.argmax(p))
    clear = bool(np.sum(p > 0.99 * p.max()) == 1)  # else the law of ties asks for the largest
    for k, right in [(1, np.eye(len(p))[at])] * clear + [(len(p), p)]:
        with PLAIN.unless_always(top_k, PLAIN.first):
            found = top_k(p, k)
        if not agrees(found, right) and PLAIN.is_right(top_k):
            agree(found, right)
        left = places(right, p)
        ensure(places(found, p) == left, f"Werte über 0 nur an: {left}", literal(found))


@points(1, task="top_k", hint="Prüfe k, bevor du schneidest. Welche k sind erlaubt?")
@given(wrong=wrong_cuts(), cut=cuts(distinct_distributions()))
@settings(max_examples=40)
def test_refuses_wrong_k(student: Student, wrong: Cut, cut: Cut) -> None:
    """Ein k unter 1 oder über V führt zu einem ValueError, jedes andere nicht."""
    PLAIN.refuses(student.top_k, wrong, cut)


@points(0.5, task="top_k", hint="Es dürfen auch Plätze mit Wahrscheinlichkeit 0 bleiben.")
@given(cut=real_cuts(gapped_distributions()))
@example(cut=(np.array([0.5, 0.0, 0.5, 0.0]), 3))
@across(cut=ZERO_CUTS)
@settings(max_examples=30)
def test_copes_with_zeros(student: Student, cut: Cut) -> None:
    """Haben manche Token schon Wahrscheinlichkeit 0, so kommt dieselbe Verteilung heraus wie
    ohne sie."""
    top_k, (p, k), there = student.top_k, cut, cut[0] > 0
    fewer = p[there], min(k, int(there.sum()))

    def without() -> Vector:
        left = np.zeros(len(p))
        left[there] = vector(top_k.alone(*fewer), len(fewer[0]))
        return left

    with PLAIN.unless_always(top_k, fewer):
        found = top_k(p, k)
    places(found, p)
    PLAIN.compare(top_k, found, cut, without, "wie ohne die Nullen")


@points(0.5, task="top_k", hint="Sieh dir type(...), .dtype und .shape deines Ergebnisses an.")
@given(cut=real_cuts(distinct_distributions()))
@settings(max_examples=20)
def test_returns_an_array(student: Student, cut: Cut) -> None:
    """Das Ergebnis ist ein NumPy-Array aus float64, so lang wie p."""
    kept = array(called(student.top_k, *cut), len(cut[0]))
    if not agrees(kept, reference.top_k(*cut)):
        PLAIN.need(student.top_k)


@points(0.5, task="top_k", hint="Schreibe die Nullen in eine Kopie, nicht in p selbst.")
@given(cut=real_cuts(distinct_distributions()), other=real_cuts(distinct_distributions()))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, cut: Cut, other: Cut) -> None:
    """Die Verteilung bleibt, wie sie war, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    p, k = cut
    kept = [{"p": view, "k": k} for view in (p, strided(p), locked(p))]
    calls = [cut, other, *((near, min(k, np.count_nonzero(near))) for near in related(p))]
    calls += [(p, less) for less in range(1, len(p))]
    PLAIN.keeps_to_itself(student.top_k, kept, calls)
