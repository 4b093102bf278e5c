"""The laws of `entropy`: within 1e-6, so that a tiny number inside the logarithm is right too."""

from __future__ import annotations

import numpy as np
from hypothesis import assume, example, given, settings

from autograder.testing import Student, Vector, agree, ensure, number, points, premise
from solutions import next_token as reference
from tests.hidden.calls import Plain
from tests.hidden.edges import DISTRIBUTIONS, PLAIN_DISTRIBUTIONS, locked, related, strided
from tests.hidden.rows import across
from tests.hidden.strategies import (
    distributions,
    one_hot,
    or_large,
    positive_distributions,
    uniform,
    zero_distributions,
)

PLAIN = Plain(
    reference.entropy,
    (np.array([0.5, 0.5]),),
    (np.array([0.9, 0.1]),),
    tolerance={"rtol": 0.0, "atol": 1e-6},
)


@points(1.5, task="entropy", hint="Welchen Logarithmus meint „nats“? Welches Vorzeichen hat ln p?")
@given(p=or_large(positive_distributions(), uniform(1000)))
@example(p=np.array([0.75, 0.25]))
@example(p=np.array([1.0]))
@across(p=PLAIN_DISTRIBUTIONS)
def test_follows_the_formula(student: Student, p: Vector) -> None:
    """Die Entropie ist die Summe aus der Formel, mit dem natürlichen Logarithmus gerechnet."""
    agree(student.entropy(p), reference.entropy(p), rtol=0, atol=1e-6)


@points(1, task="entropy", hint="Was macht NumPy aus 0 * log(0)? Wie umgehst du diesen Fall?")
@given(p=zero_distributions())
@example(p=one_hot(3, 0))
@example(p=one_hot(1000, 500))
@example(p=np.array([1.0, *np.full(999, 1e-7)]) / (1 + 999e-7))
@example(p=np.array([1 - 3e-6, 3e-6]))
@across(p=DISTRIBUTIONS)
def test_lets_zeros_count_nothing(student: Student, p: Vector) -> None:
    """Ein Token mit Wahrscheinlichkeit 0 trägt nichts zur Entropie bei, und nan kommt nicht vor."""
    entropy, possible = student.entropy, p[p > 0]
    with PLAIN.unless_always(entropy, (possible,)):
        found = entropy(p)
    with premise():
        number(found)
    PLAIN.compare(entropy, found, (p,), lambda: entropy.alone(possible), "wie ohne die Nullen")


@points(1, task="entropy", hint="Vergleiche [0.5, 0.5] mit [0.9, 0.1]: Wo bist du unsicherer?")
@given(p=positive_distributions(), q=positive_distributions())
@example(p=np.array([0.5, 0.5]), q=np.array([0.9, 0.1]))
def test_grows_with_uncertainty(student: Student, p: Vector, q: Vector) -> None:
    """Je ungewisser das nächste Token, desto größer die Entropie; negativ ist sie nie."""
    gap = reference.entropy(p) - reference.entropy(q)
    assume(abs(gap) > 0.01)
    with premise():
        first, second = number(student.entropy(p)), number(student.entropy(q))
    ensure(min(first, second) >= -1e-6, "keine negative Zahl", f"erst {first}, dann {second}")
    order = "größere" if gap < 0 else "kleinere"
    ensure(gap * (first - second) > 0, f"dann eine {order} Zahl", f"erst {first}, dann {second}")


@points(0.5, task="entropy", hint="Arbeite mit einer Kopie, wenn du Werte in p ersetzt.")
@given(p=distributions(), other=distributions())
@example(p=np.array([0.9, 0.1]), other=np.array([0.5, 0.5]))
@settings(max_examples=25)
def test_has_no_side_effects(student: Student, p: Vector, other: Vector) -> None:
    """Die Verteilung bleibt, wie sie war, kein Aufruf wirkt auf den nächsten, und der Parameter
    heißt wie in der Vorlage."""
    kept = [{"p": view} for view in (p, strided(p), locked(p))]
    PLAIN.keeps_to_itself(student.entropy, kept, [(each,) for each in (p, other, *related(p))])
