"""The laws of `softmax_with_temperature`."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.testing import Student, Vector, agree, agrees, array, points
from solutions import next_token as reference
from tests.hidden.calls import Plain, called
from tests.hidden.edges import HEATED_LOGITS, HEATS, locked, related_logits, strided
from tests.hidden.rows import across
from tests.hidden.strategies import (
    huge_logits,
    logits,
    masked_logits,
    temperatures,
    wrong_temperatures,
)

PLAIN = Plain(
    reference.softmax_with_temperature,
    (np.array([0.0, 1.0, 2.0]), 0.5),
    (np.array([2.0, 1.0, 0.0]), 0.5),
)


@points(1, task="softmax_with_temperature", hint="Auf welcher Seite der Softmax wirkt T?")
@given(z=logits(), T=temperatures())
@example(z=np.array([0.0, 1.0]), T=2)
def test_divides_the_logits(student: Student, z: Vector, T: float) -> None:
    """Das Ergebnis ist die Softmax der Logits, nachdem alle durch die Temperatur geteilt sind."""
    agree(student.softmax_with_temperature(z, T), reference.softmax_with_temperature(z, T))


@points(1, task="softmax_with_temperature", hint="Wie groß wird z / T bei T = 0.01?")
@given(z=st.one_of(logits(), huge_logits(), masked_logits()), T=st.sampled_from([0.01, 0.05, 100]))
@example(z=np.array([20.0, 10.0]), T=0.01)
@example(z=np.array([1e6, -1e6, -np.inf, 1e6]), T=100.0)
@example(z=np.array([-1e6, -np.inf, -1e6]), T=1.0)
@across(z=HEATED_LOGITS, T=HEATS)
def test_survives_extremes(student: Student, z: Vector, T: float) -> None:
    """Auch sehr kalt (T = 0.01), sehr heiß (T = 100), mit riesigen und mit gesperrten Logits
    (-inf) läuft nichts über: Rücken alle Logits gleich weit, ändert sich nichts."""
    function, near = student.softmax_with_temperature, (z - z.max(), T)
    with PLAIN.unless_always(function, near):
        p = function(z, T)
    PLAIN.compare(function, p, (z, T), lambda: function.alone(*near), "wie bei z - z.max()")


@points(1, task="softmax_with_temperature", hint="Prüfe T, bevor du rechnest. Gehört die 0 dazu?")
@given(z=logits(), bad=wrong_temperatures(), T=temperatures())
@example(z=np.array([0.0, 1.0]), bad=-1.0, T=1.0)
@example(z=np.array([0.0, 1.0]), bad=-1e-9, T=0.01)
@settings(max_examples=30)
def test_refuses_wrong_temperatures(student: Student, z: Vector, bad: float, T: float) -> None:
    """Eine Temperatur, die nicht größer als 0 ist, führt zu einem ValueError, jede andere nicht."""
    PLAIN.refuses(student.softmax_with_temperature, (z, bad), (z, T))


@points(0.5, task="softmax_with_temperature", hint="Sieh dir type(...) deines Ergebnisses an.")
@given(z=logits(), T=temperatures())
@settings(max_examples=20)
def test_returns_an_array(student: Student, z: Vector, T: float) -> None:
    """Das Ergebnis ist ein NumPy-Array aus float64, so lang wie die Eingabe."""
    p = array(called(student.softmax_with_temperature, z, T), len(z))
    if not agrees(p, reference.softmax_with_temperature(z, T)):
        PLAIN.need(student.softmax_with_temperature)


@points(0.5, task="softmax_with_temperature", hint="z /= T ändert das Array, das du bekommst.")
@given(z=logits(), other=logits(), T=temperatures())
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, z: Vector, other: Vector, T: float) -> None:
    """Die Logits bleiben, wie sie waren, kein Aufruf wirkt auf den nächsten, und die Parameter
    heißen wie in der Vorlage."""
    calls = [(other, T), (z, T / 1.0031), (z, T / 2), *((near, T) for near in related_logits(z))]
    kept = [{"z": view, "T": T} for view in (z, strided(z), locked(z))]
    PLAIN.keeps_to_itself(student.softmax_with_temperature, kept, calls)
