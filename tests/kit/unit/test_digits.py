"""Numbers in feedback are as short as they can be without hiding a difference."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.student.digits import NUMBER, shorten


@pytest.mark.parametrize(
    ("found", "expected", "short", "right"),
    [
        ("0.39999999999999997", "0.25", "0.4", "0.25"),
        ("np.array([0.3333333333333333, 2.0])", "[0.25, 0.7]", "np.array([0.3333, 2.0])", ""),
        ("0.3000001", "eine Zahl unter 0.3", "0.3000001", ""),
        ("0.2500003", "0.25", "0.2500003", ""),
        (
            "[0.3, 0.6666666666666666]",
            "[0.4, 0.6666666666666667]",
            "[0.3, 0.6667]",
            "[0.4, 0.6667]",
        ),
        ("123456.789", "", "123457.0", ""),
        ("1.2345678e-300", "", "1.235e-300", ""),
        ("('v1.23456789', 7)", "", "('v1.23456789', 7)", ""),
        ("ValueError: x", "", "ValueError: x", ""),
    ],
)
def test_what_differs_stays_different_and_the_rest_is_short(
    found: str, expected: str, short: str, right: str
) -> None:
    assert shorten(found, expected) == (short, right or expected)


@given(one=st.floats(-1e6, 1e6), other=st.floats(-1e6, 1e6))
def test_two_numbers_that_differ_by_more_than_rounding_never_look_alike(
    one: float, other: float
) -> None:
    found, expected = shorten(repr(one), repr(other))
    differ = abs(one - other) > 1e-9 * max(abs(one), abs(other)) + 1e-12
    assert not differ or found != expected
    for text, value in (found, one), (expected, other):
        assert not NUMBER.search(repr(abs(value))) or float(text) == pytest.approx(value, rel=1e-3)
