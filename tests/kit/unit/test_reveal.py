"""How much of the verdicts a student is shown: the setting, its moments, and its mistakes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.reveal import check_names, read_reveal, read_zone
from autograder.model.errors import GraderError
from autograder.model.grade import Counterexample, Diagnosis, Law, Outcome, TaskGrade
from autograder.model.messages import Message
from autograder.model.reveal import DUE, LEVELS, START, Level, Reveal, Schedule, TaskReveal, reaches
from autograder.pages.later import say_later
from autograder.pages.task import render_task

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 12, 24, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LAWS = [("softmax", "test_sum"), ("softmax", "test_shift"), ("entropy", "test_zero")]


def level(reveal: Reveal, *name: str, due: datetime | None = NOON, hours: int = 0) -> Level:
    return reveal.of(*name).at(NOON + hours * HOUR, due)


def test_without_a_setting_calls_are_shown_at_once_and_what_was_expected_from_the_due_date_on() -> (
    None
):
    reveal = read_reveal({}, BERLIN)
    assert level(reveal, "ps1", hours=-1) == "calls"
    assert level(reveal, "ps1") == level(reveal, "ps1", hours=1) == "all"
    assert level(reveal, "ps1", due=None, hours=-1000) == "all"


def test_the_most_special_name_wins() -> None:
    reveal = read_reveal(
        {
            "*": "points",
            "ps1": "laws",
            "ps1/softmax": "calls",
            "ps1/softmax/test_sum": "all",
        },
        BERLIN,
    )
    assert level(reveal, "ps2", "softmax", "test_sum") == "points"
    assert level(reveal, "ps1", "entropy", "test_zero") == "laws"
    assert level(reveal, "ps1", "softmax", "test_shift") == "calls"
    assert level(reveal, "ps1", "softmax", "test_sum") == "all"
    task = reveal.task("ps1", "softmax", ["test_sum", "test_shift"], NOON, None)
    assert [task.shows("all", test) for test in ("test_sum", "test_shift")] == [True, False]
    assert task.shows("calls")
    assert not task.shows("all")


def test_moments_may_stand_in_any_order_and_count_in_the_course_s_zone() -> None:
    reveal = read_reveal({"*": {"2026-12-24 13:30": "all", "start": "laws"}}, BERLIN)  # 12:30 UTC
    assert level(reveal, "ps1", hours=-24 * 365) == "laws"
    assert level(reveal, "ps1") == "laws"
    assert level(reveal, "ps1", hours=1) == "all"
    other = read_reveal({"*": {"2026-12-24T13:30+00:00": "all", "start": "laws"}}, BERLIN)
    assert level(other, "ps1", hours=1) == "laws"
    assert level(other, "ps1", hours=2) == "all"


def test_before_its_first_moment_a_schedule_shows_least() -> None:
    assert level(read_reveal({"*": {"due": "all"}}, BERLIN), "ps1", hours=-1) == "points"


def test_without_a_due_date_what_holds_from_then_on_wins_over_the_start() -> None:
    for setting in ({"start": "laws", "due": "all"}, {"due": "all", "start": "laws"}):
        assert level(read_reveal({"*": setting}, BERLIN), "ps1", due=None) == "all"


def test_what_comes_later_is_told_in_order_and_only_where_it_shows_more() -> None:
    later = {"start": "laws", "due": "all"} | {
        str(NOON + hours * HOUR): each for hours, each in ((1, "calls"), (2, "all"), (-1, "calls"))
    }
    own = read_reveal({"ps1": later}, BERLIN).of("ps1")
    assert own.later(NOON - 2 * HOUR, NOON) == ((NOON - HOUR, "calls"), (NOON, "all"))
    assert own.later(NOON - 2 * HOUR, NOON + 3 * HOUR) == (
        (NOON - HOUR, "calls"),
        (NOON + 2 * HOUR, "all"),
    )
    assert own.later(NOON, NOON) == ()


def test_a_task_tells_what_comes_later_only_where_the_assignment_does_not() -> None:
    shown = read_reveal({"ps1/softmax/test_sum": {"start": "points", "due": "laws"}}, BERLIN)
    softmax = shown.task("ps1", "softmax", ["test_sum", "test_shift"], NOON - HOUR, NOON)
    assert softmax.later == ((NOON, "laws"),)
    assert shown.task("ps1", "entropy", ["test_zero"], NOON - HOUR, NOON).later == ()


@given(st.dictionaries(st.datetimes(timezones=st.just(UTC)), st.sampled_from(LEVELS)), st.data())
def test_the_level_is_that_of_the_last_moment(
    levels: dict[datetime, Level], data: st.DataObject
) -> None:
    now = data.draw(st.datetimes(timezones=st.just(UTC)))
    passed = [when for when in levels if when <= now]
    expected = levels[max(passed)] if passed else "points"
    schedule = Schedule(dict(levels))
    assert schedule.at(now, None) == expected
    seen = [expected, *(each for _, each in schedule.later(now, None))]
    assert all(reaches(b, a) and a != b for a, b in zip(seen, seen[1:], strict=False))


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"*": "everything"}, "is 'everything', which is no level. There are: points, laws, calls"),
        ({"*": None}, "is None, which is no level"),
        ({"ps1": {"start": "al"}}, "['ps1'] is 'al'"),
        ({"*": {"christmas": "all"}}, "the moment 'christmas', which can't be read. Write 'start'"),
        ({"*": {"2026-02-30": "all"}}, "the moment '2026-02-30'"),
        ({"*": {5: "all"}}, "the moment 5"),
        ({"*": {}}, "is empty"),
        ({"*": {"2026-12-24": "all", "2026-12-24 00:00": "laws"}}, "the same moment twice"),
        ({"": "all"}, "has the key ''"),
        ({"*/softmax": "all"}, "has the key '*/softmax'"),
        ({"ps1/a/b/c": "all"}, "has the key 'ps1/a/b/c'"),
        ({3: "all"}, "has the key 3"),
    ],
)
def test_a_setting_that_can_not_be_meant_is_refused(
    setting: dict[object, object], said: str
) -> None:
    with pytest.raises(GraderError) as caught:
        read_reveal(setting, BERLIN)
    assert said in str(caught.value)
    assert "c.GenerateFeedback.reveal" in str(caught.value)


@pytest.mark.parametrize("name", ["Europe/Bonn", "", "../etc/passwd"])
def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(GraderError, match="is no time zone"):
        read_zone(name)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("ps11", "Did you mean 'ps1'?"),
        ("ps1/sotfmax", "Did you mean 'ps1/softmax'?"),
        ("ps1/softmax/test_summ", "Did you mean 'ps1/softmax/test_sum'?"),
        ("ps9/softmax", "does not have"),
    ],
)
def test_a_name_that_the_course_does_not_have_is_refused(key: str, said: str) -> None:
    with pytest.raises(GraderError) as caught:
        check_names(read_reveal({key: "all"}, BERLIN), ["ps1", "ps2"], "ps1", LAWS)
    assert repr(key) in str(caught.value)
    assert said in str(caught.value)


def test_names_of_the_course_are_taken() -> None:
    keys = ["*", "ps1", "ps2", "ps2/unknown_here", "ps1/softmax", "ps1/softmax/test_sum"]
    check_names(read_reveal(dict.fromkeys(keys, "all"), BERLIN), ["ps1", "ps2"], "ps1", LAWS)


def test_a_moment_is_written_as_the_language_does() -> None:
    step = (NOON.astimezone(BERLIN), "all")
    assert say_later(step, "de") == (
        "Ab 24.12.2026, 13:00 Uhr (CET) zeigt die Rückmeldung mehr: auch, was erwartet war."
    )
    assert say_later(step, "en") == (
        "From 2026-12-24, 13:00 (CET) on, feedback shows more: also what was expected."
    )


def graded() -> TaskGrade:
    """A task with a law that holds, one that is broken, and a typical mistake."""
    case = Counterexample("softmax([7.0])", "[0.3]", "[0.9]")
    first = Law("test_sum", "softmax", 1, "Gesetz eins.", hint="Tippzwei")
    second = Law("test_shift", "softmax", 2, "Gesetz zwei.")
    mistake = Diagnosis("softmax__x", {"de": "Irrtumdrei", "en": "x"})
    outcomes = (Outcome(first, "failed", case), Outcome(second, "passed"))
    return TaskGrade("softmax", 3, outcomes, diagnoses=(mistake,))


PARTS = {
    "points": {"2 von 3"},
    "laws": {"Gesetz eins", "Gesetz zwei"},
    "calls": {"softmax([7.0])", "[0.3]", "Tippzwei", "Irrtumdrei"},
    "all": {"[0.9]"},
}


@pytest.mark.parametrize("shown", LEVELS)
def test_a_level_shows_what_the_lower_ones_show_and_nothing_of_the_higher(shown: Level) -> None:
    html = render_task(graded(), "de", TaskReveal(shown))
    for needed in LEVELS:
        for part in PARTS[needed]:
            assert (part in html) == reaches(shown, needed), part


def test_a_single_law_may_be_kept_back() -> None:
    html = render_task(graded(), "de", TaskReveal("all", {"test_sum": "points"}))
    assert "Gesetz zwei" in html
    assert "Nicht gezeigte Prüfungen: 1" in html
    for part in ("Gesetz eins", "[7.0]", "[0.3]", "[0.9]", "Tippzwei"):
        assert part not in html


def test_the_cause_of_all_that_failed_is_told_with_the_laws() -> None:
    explained = TaskGrade("f", 1, (), why=Message.of("why_none", name="f"))
    assert "gibt nichts zurück" not in render_task(explained, "de", TaskReveal("points"))
    assert "gibt nichts zurück" in render_task(explained, "de", TaskReveal("laws"))


def test_the_default_names_both_its_moments() -> None:
    assert dict(Reveal().of("ps1").levels) == {START: "calls", DUE: "all"}
