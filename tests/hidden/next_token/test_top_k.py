"""The laws of `top_k`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import Student, Vector, agree, array, points, rejects
from solutions import next_token as reference
from tests.hidden.next_token.calls import agree_on_each
from tests.hidden.next_token.edges import CUT_EDGES, across, locked, related, strided
from tests.hidden.next_token.strategies import (
    cuts,
    distinct_distributions,
    gapped_distributions,
    normalised,
    or_large,
    tied_cuts,
    wrong_cuts,
)

Cut = tuple[Vector, int]  # a distribution and k


@points(1.5, task="top_k", hint="Was ist die Summe der k Werte, die bleiben? Teile durch sie.")
@given(cut=or_large(cuts(distinct_distributions()), (normalised(range(1, 1001)), 40)))
def test_keeps_the_largest(student: Student, cut: Cut) -> None:
    """Die k größten Wahrscheinlichkeiten bleiben an ihrem Platz und ergeben zusammen wieder 1,
    alle anderen werden 0."""
    agree(student.top_k(*cut), reference.top_k(*cut))


@points(1, task="top_k", hint="Wie viele Plätze bleiben bei [0.25, 0.25, 0.25, 0.25] und k = 2?")
@given(cut=tied_cuts())
@example(cut=(np.full(4, 0.25), 2))
@example(cut=(normalised([1, 2, 3] * 8), 12))
@across(cut=CUT_EDGES)
def test_breaks_ties_by_index(student: Student, cut: Cut) -> None:
    """Stehen an der Grenze gleich große Werte, bleibt der mit dem kleineren Index: Es sind immer
    genau k Plätze."""
    agree(student.top_k(*cut), reference.top_k(*cut))


@points(1, task="top_k", hint="k = 1 lässt nur einen Platz übrig, k = V ändert nichts.")
@given(p=distinct_distributions())
@settings(max_examples=40)
def test_reaches_from_one_to_all(student: Student, p: Vector) -> None:
    """Mit k = 1 bleibt nur das wahrscheinlichste Token, mit k = V die ganze Verteilung."""
    agree(student.top_k(p, 1), np.eye(len(p))[int(np.argmax(p))])
    agree(student.top_k(p, len(p)), p)


@points(1, task="top_k", hint="Prüfe k, bevor du schneidest. Welche k sind erlaubt?")
@given(wrong=wrong_cuts(), cut=cuts(distinct_distributions()))
@settings(max_examples=40)
def test_refuses_wrong_k(student: Student, wrong: Cut, cut: Cut) -> None:
    """Ein k unter 1 oder über V führt zu einem ValueError, jedes andere nicht."""
    rejects(student.top_k, *wrong)
    agree(student.top_k(*cut), reference.top_k(*cut))


@points(0.5, task="top_k", hint="Es dürfen auch Plätze mit Wahrscheinlichkeit 0 bleiben.")
@given(cut=cuts(gapped_distributions()))
@settings(max_examples=30)
def test_copes_with_zeros(student: Student, cut: Cut) -> None:
    """Auch wenn manche Token schon Wahrscheinlichkeit 0 haben, stimmt die neue Verteilung."""
    agree(student.top_k(*cut), reference.top_k(*cut))


@points(0.5, task="top_k", hint="Sieh dir type(...), .dtype und .shape deines Ergebnisses an.")
@given(cut=cuts(distinct_distributions()))
@settings(max_examples=20)
def test_returns_an_array(student: Student, cut: Cut) -> None:
    """Das Ergebnis ist ein NumPy-Array aus float64, so lang wie p."""
    agree(array(student.top_k(*cut), len(cut[0])), reference.top_k(*cut))


@points(0.5, task="top_k", hint="Schreibe die Nullen in eine Kopie, nicht in p selbst.")
@given(cut=cuts(gapped_distributions()), other=cuts(distinct_distributions()))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, cut: Cut, other: Cut) -> None:
    """Die Verteilung bleibt, wie sie war, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    p, k = cut
    for view in (p, strided(p), locked(p)):
        agree(student.top_k.unchanged(p=view, k=k), reference.top_k(p, k))
    agree(student.top_k(*other), reference.top_k(*other))
    agree(student.top_k(p, k), reference.top_k(p, k))
    calls = [*((near, k) for near in related(p)), *((p, less) for less in range(1, len(p) + 1))]
    agree_on_each(student.top_k, reference.top_k, calls)
