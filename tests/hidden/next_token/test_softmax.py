"""The laws of `softmax`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings

from autograder.testing import Student, Vector, agree, array, ensure, points, vector
from solutions import next_token as reference
from tests.hidden.next_token.calls import agree_on_each
from tests.hidden.next_token.edges import (
    LOGITS,
    across,
    build_logits,
    locked,
    related_logits,
    strided,
)
from tests.hidden.next_token.strategies import (
    distinct_logits,
    huge_logits,
    listed_logits,
    logits,
    masked_logits,
    or_large,
)


@points(1.5, task="softmax", hint="Jeder Wert wird durch dieselbe Summe geteilt: die über alle V.")
@given(z=or_large(logits(), np.linspace(-5.0, 5.0, 1000)))
def test_follows_the_formula(student: Student, z: Vector) -> None:
    """Aus Logits werden genau die Wahrscheinlichkeiten, die die Softmax-Formel nennt."""
    agree(student.softmax(z), reference.softmax(z))


@points(1, task="softmax", hint="Addiere deine Ergebnisse: Was kommt heraus? Ist eines negativ?")
@given(z=distinct_logits())
@settings(max_examples=30)
def test_is_a_distribution(student: Student, z: Vector) -> None:
    """Alle Werte liegen zwischen 0 und 1 und ergeben zusammen 1, und ein größeres Logit bekommt
    eine größere Wahrscheinlichkeit."""
    p = vector(student.softmax(z), len(z))
    ensure(bool(np.all((p >= 0) & (p <= 1 + 1e-8))), "Werte zwischen 0 und 1")
    ensure(abs(p.sum() - 1) <= 1e-6, "Werte mit der Summe 1")
    ensure(bool(np.all(np.diff(p[np.argsort(z)]) > 0)), "mehr Logit, mehr Wahrscheinlichkeit")


@points(1, task="softmax", hint="Was ändert sich an p, wenn alle Logits gleich weit rücken?")
@given(z=huge_logits())
@example(z=np.array([1000.0, 0.0]))
@example(z=np.array([-1000.0, -1001.0]))
@example(z=np.array([1e6, 1e6 - 1.0, -1e6]))
@across(z=LOGITS)
def test_survives_huge_logits(student: Student, z: Vector) -> None:
    """Auch bei sehr großen und sehr kleinen Logits läuft nichts über: Es bleiben richtige
    Wahrscheinlichkeiten, ohne nan und inf."""
    agree(student.softmax(z), reference.softmax(z))


@points(1, task="softmax", hint="Welchen Wert hat exp(-inf)? Und was ist inf minus inf?")
@given(z=masked_logits())
@settings(max_examples=40)
def test_gives_masked_tokens_nothing(student: Student, z: Vector) -> None:
    """Ein Logit von -inf sperrt ein Token: Es bekommt Wahrscheinlichkeit 0, die übrigen teilen
    sich die ganze 1."""
    agree(student.softmax(z), reference.softmax(z))


@points(0.5, task="softmax", hint="Eine Liste kann nicht rechnen, ein Array schon.")
@given(z=listed_logits())
@example(z=[0, 1])
@example(z=build_logits(130, "close", 3.0, "none").tolist())
@settings(max_examples=25)
def test_takes_lists(student: Student, z: list[float]) -> None:
    """Eine gewöhnliche Liste von Zahlen ist als Eingabe ebenso recht, auch mit ganzen Zahlen."""
    agree(student.softmax(z), reference.softmax(z))


@points(0.5, task="softmax", hint="Sieh dir type(...), .dtype und .shape deines Ergebnisses an.")
@given(z=logits())
@settings(max_examples=20)
def test_returns_an_array(student: Student, z: Vector) -> None:
    """Das Ergebnis ist ein NumPy-Array aus float64, so lang wie die Eingabe."""
    agree(array(student.softmax(z), len(z)), reference.softmax(z))


@points(0.5, task="softmax", hint="Operatoren wie -= ändern ein Array, das jemand anderem gehört.")
@given(z=logits(), other=logits())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, z: Vector, other: Vector) -> None:
    """Die Eingabe bleibt, wie sie war, kein Aufruf wirkt auf den nächsten, und der Parameter
    heißt wie in der Vorlage."""
    for view in (z, strided(z), locked(z)):
        agree(student.softmax.unchanged(z=view), reference.softmax(z))
    agree(student.softmax(other), reference.softmax(other))
    agree(student.softmax(z), reference.softmax(z))
    agree_on_each(student.softmax, reference.softmax, [(near,) for near in related_logits(z)])
