"""Numbers in columns, and two distributions as bars."""

from __future__ import annotations

import base64
import re
from html import unescape
from xml.etree import ElementTree

import pytest

from autograder.model.grade import Counterexample, Law, Outcome, TaskGrade
from autograder.pages.chart import align, chart
from autograder.pages.sanitize import clean_fragment
from autograder.pages.task import render_task

SVG = "{http://www.w3.org/2000/svg}"
YOURS, RIGHT = "np.array([0.5, 0.25, 0.25])", "np.array([0.125, 0.375, 0.5])"


def bars(html: str) -> list[float]:
    """The widths of the bars in the picture, from top to bottom."""
    data = re.search(r"base64,([^\"]*)\"", html)
    assert data
    picture = ElementTree.fromstring(base64.b64decode(data[1]))
    return [
        float(each.attrib["width"])
        for each in picture.findall(f"{SVG}rect")
        if each.attrib.get("height") == "11"
    ]


def test_bars_are_as_long_as_the_numbers_say() -> None:
    picture = chart(YOURS, RIGHT, "de")
    assert picture
    found = bars(picture)
    assert [width / found[0] for width in found] == pytest.approx(
        [1, 0.25, 0.5, 0.75, 0.5, 1], abs=0.01
    )
    text = re.search('alt="([^"]*)"', picture)
    assert text and "[0]: bei dir 0.5, erwartet 0.125; [1]: bei dir 0.25" in unescape(text[1])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("np.array([0.5, 0.6, 0.25])", RIGHT),  # no distribution
        ("np.array([-0.5, 0.5, 1.0])", RIGHT),
        ("np.array([np.nan, 0.5, 0.5])", RIGHT),
        ("np.array([0.5, 0.5])", RIGHT),
        ("np.array([[0.5, 0.25, 0.25]])", RIGHT),
        ("[]", "[]"),
        ("1.0", "1.0"),
        ("'0.5, 0.5'", "[0.5, 0.5]"),
        (str([1 / 13] * 13), str([1 / 13] * 13)),
    ],
)
def test_what_is_no_pair_of_small_distributions_has_no_bars(found: str, expected: str) -> None:
    assert chart(found, expected, "en") is None


def test_equally_long_arrays_stand_in_columns() -> None:
    one, other = align("[0.5, 0.3125, 0.1]", "np.array([0.25, 0.7, 0.05])")
    assert one == "[          0.5, 0.3125,  0.1]"
    assert other == "np.array([0.25,    0.7, 0.05])"
    for pair in ("np.nan", "1.0"), ("[1.0]", "[1.0, 2.0]"), ("[" * 500, "[1.0]"):
        assert align(*pair) == pair


def test_a_law_shows_the_bars_and_the_page_keeps_them() -> None:
    law = Law(test="test_x", task="softmax", points=1, sentence="Die Formel.")
    outcome = Outcome(law, "failed", Counterexample("softmax([1.0])", YOURS, RIGHT))
    html = render_task(TaskGrade("softmax", 1, (outcome,)), "en")
    assert "As bars" in html and html.count("<img") == 1
    assert bars(clean_fragment(html)) == bars(html)
