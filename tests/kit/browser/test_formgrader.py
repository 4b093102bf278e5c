"""Staff grade by the formgrader's buttons, and what they write stands in the feedback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.kit.browser.eyes import PATIENCE, Browser
from tests.kit.browser.serving import serving
from tests.kit.courses import TinyRoom
from tests.kit.tiny import NAME, WRONG

AUTOGRADE = "[...document.querySelectorAll('tr')].find(row => row.innerText.includes('{}'))"
DIALOG = "(document.querySelector('.modal.in, .modal.show') || {}).innerText || ''"
ROW = AUTOGRADE + ".innerText"
FIELD = "document.querySelector('[id=\"{}\"]')"
SUBMISSIONS = "[...document.querySelectorAll('a[href*=\"/submissions/\"]')].map(a => a.href)"
REMARK = "Gut begründet: aber womit *belegst* du es?"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> TinyRoom:
    """A class of two, of which nobody has graded one."""
    room = TinyRoom.make(tmp_path_factory.mktemp("room") / "course")
    room.hand_in("anna")
    room.hand_in("ben", WRONG)
    return room


@pytest.fixture(scope="module")
def formgrader(
    room: TinyRoom, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    with serving(room.root, tmp_path_factory.mktemp("home"), browser) as url:
        yield f"{url}/formgrader"


def await_that(browser: Browser, script: str, fits: Callable[[Any], bool]) -> Any:
    """The value of a script in the page as soon as it fits."""
    end = time.monotonic() + PATIENCE
    while not fits(value := browser.run(script)):
        assert time.monotonic() < end, f"{script} is still {value!r}"
        time.sleep(0.2)
    return value


def write(browser: Browser, field: str, text: str) -> None:
    """Write into a field as a person does, and leave it: then the formgrader keeps it."""
    browser.run(f"{FIELD.format(field)}.focus(); {FIELD.format(field)}.select()")
    browser.call("Input.insertText", text=text)
    browser.run("document.activeElement.blur()")
    browser.settle()


def test_the_autograde_button_grades_by_the_courses_configuration(
    room: TinyRoom, formgrader: str, browser: Browser
) -> None:
    for student, points in {"anna": "3 / 4", "ben": "0 / 4"}.items():
        browser.open(f"{formgrader}/manage_submissions/{NAME}")
        await_that(browser, ROW.format(student), lambda text: "needs autograding" in (text or ""))
        browser.run(f"{AUTOGRADE.format(student)}.querySelector('.autograde a').click()")
        said = await_that(browser, DIALOG, bool)
        assert f"Successfully autograded '{NAME}' for student '{student}'" in said
        assert room.result(student).is_file()  # which plain nbgrader does not write
        browser.open(f"{formgrader}/manage_submissions/{NAME}")
        row = await_that(browser, ROW.format(student), lambda text: "manual" in (text or ""))
        assert points in row


def test_what_a_person_writes_in_the_formgrader_stands_in_the_feedback(
    room: TinyRoom, formgrader: str, browser: Browser
) -> None:
    browser.open(f"{formgrader}/gradebook/{NAME}/{NAME}")
    links = await_that(browser, SUBMISSIONS, bool)
    for link in dict.fromkeys(links):
        browser.open(link)
        await_that(browser, f"{FIELD.format('why-comment')} !== null", bool)
        write(browser, "why-comment", REMARK)
        write(browser, "why", "0.5")
    status, said = room.run("nbgrader", "generate_feedback", NAME)
    assert status == 0, said
    for student in ("anna", "ben"):
        page = room.root / "feedback" / student / NAME / f"{NAME}.html"
        browser.open(page.as_uri())
        assert REMARK.replace("*", "") in browser.run("document.body.innerText")
    assert room.scores("anna")["test_half"] == 2.0
    table = room.run("autograder", "table", NAME)[1]
    assert "3.5" in table, table
