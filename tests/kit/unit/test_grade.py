"""A grade goes to JSON and back without loss, and is open as soon as one law is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograder.model.errors import GraderError
from autograder.model.grade import (
    Counterexample,
    Grade,
    Law,
    Outcome,
    TaskGrade,
    from_json,
    to_json,
)
from autograder.model.messages import Message, render
from tests.kit.strategies import texts

POINTS = st.integers(0, 40).map(lambda quarters: quarters / 4)
SENTENCES = st.recursive(
    texts(),
    lambda inner: st.builds(Message, texts(), st.dictionaries(texts(), inner, max_size=2)),
    max_leaves=4,
)
LAWS = st.builds(Law, texts(), texts(), POINTS | st.floats(0, 1e9), texts(), texts())
EXAMPLES = st.builds(Counterexample, texts(), SENTENCES, st.none() | SENTENCES)
STATES = st.sampled_from(["passed", "failed", "not graded"])
OUTCOMES = st.builds(Outcome, LAWS, STATES, st.none() | EXAMPLES, st.none() | SENTENCES)
TASKS = st.builds(
    TaskGrade, texts(), POINTS, st.lists(OUTCOMES, max_size=3).map(tuple), st.just("") | texts()
)
GRADES = st.builds(
    Grade, texts(), st.lists(TASKS, max_size=3).map(tuple), st.lists(texts(), max_size=2).map(tuple)
)


def outcome(status: str, points: float = 1.0, reason: str | None = None) -> Outcome:
    return Outcome(Law("test_a", "a", points, "Ein Satz."), status, reason=reason)  # type: ignore[arg-type]


@settings(max_examples=100, deadline=None)
@given(GRADES)
def test_a_grade_comes_back_from_json_as_it_was(grade: Grade) -> None:
    assert from_json(to_json(grade)) == grade


@given(GRADES)
def test_the_same_grade_is_the_same_json(grade: Grade) -> None:
    assert to_json(grade) == to_json(from_json(to_json(grade)))


def test_a_cause_inside_a_sentence_is_in_the_readers_language() -> None:
    message = Message.of("kernel_died", cause=Message.of("cause_interrupted", seconds="3"))
    assert render(message, "de").endswith(": Sie lief länger als 3 Sekunden.")
    assert render(message, "en").endswith(": It ran longer than 3 seconds.")


def test_the_json_is_plain_utf_8_that_people_can_read() -> None:
    text = to_json(Grade("next_token", (TaskGrade("a", 1.0, (outcome("passed"),)),), ("für",)))
    assert "für".encode() in text
    assert json.loads(text)["tasks"][0]["outcomes"][0]["status"] == "passed"


@given(TASKS)
def test_a_task_earns_the_points_of_its_laws_or_is_open(task: TaskGrade) -> None:
    statuses = [outcome.status for outcome in task.outcomes]
    if task.fault or "not graded" in statuses:
        assert task.earned is None
    else:
        passed = [outcome for outcome in task.outcomes if outcome.status == "passed"]
        assert task.earned == sum(outcome.law.points for outcome in passed)


@given(GRADES)
def test_a_grade_is_open_where_one_of_its_tasks_is(grade: Grade) -> None:
    earned = [task.earned for task in grade.tasks]
    if None in earned:
        assert grade.earned is None
    else:
        assert grade.earned == sum(points for points in earned if points is not None)
    assert grade.points == sum(task.points for task in grade.tasks)


@pytest.mark.parametrize(
    ("statuses", "earned"),
    [
        (("passed", "passed"), 2.0),
        (("passed", "failed"), 1.0),
        (("failed", "failed"), 0.0),
        (("passed", "not graded"), None),
        (("not graded", "not graded"), None),
    ],
)
def test_nothing_that_was_not_graded_counts(statuses: tuple[str, ...], earned: float) -> None:
    task = TaskGrade("a", 2.0, tuple(map(outcome, statuses)))
    assert task.earned == earned
    assert Grade("x", (task, TaskGrade("b", 1.0, (outcome("passed"),)))).earned == (
        None if earned is None else earned + 1
    )


def test_a_fault_leaves_a_task_open_even_where_all_laws_hold() -> None:
    task = TaskGrade("a", 1.0, (outcome("passed"),), "points do not fit")
    assert task.earned is None
    assert task.cause == "points do not fit"


def test_the_cause_is_the_first_reason_of_what_is_open() -> None:
    first, second = outcome("not graded", reason="so"), outcome("not graded", reason="anders")
    assert TaskGrade("a", 3.0, (outcome("passed"), first, second)).cause == "so"
    assert TaskGrade("a", 3.0, (first,), "fault").cause == "fault"
    assert TaskGrade("a", 3.0, (outcome("passed"),)).cause == ""


def test_other_remarks_come_before_its_own() -> None:
    grade = Grade("x", (), ("own",))
    assert grade.with_remarks(["first"]).remarks == ("first", "own")
    assert grade.remarks == ("own",)


VALID = Grade("x", (TaskGrade("a", 1.0, (outcome("passed"),)),))


def changed(change: Callable[[dict[str, object]], object]) -> bytes:
    data = json.loads(to_json(VALID))
    change(data)
    return json.dumps(data).encode()


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"{}", b"[]", b"null", b"3", b'"x"', b"\xff", b"\xfe\xff{}", b"[" * 10_000),
        to_json(VALID)[:-3],
        changed(lambda d: d.pop("assignment")),
        changed(lambda d: d.update(assignment=3)),
        changed(lambda d: d.update(tasks={})),
        changed(lambda d: d.update(remarks=[1])),
        changed(lambda d: d["tasks"][0].update(points="1")),  # type: ignore[index]
        changed(lambda d: d["tasks"][0].update(points=True)),  # type: ignore[index]
        changed(lambda d: d["tasks"][0]["outcomes"][0].update(status="Passed")),  # type: ignore[index]
        changed(lambda d: d["tasks"][0]["outcomes"][0].update(law=None)),  # type: ignore[index]
        to_json(VALID).replace(b"1.0", b"NaN"),
        to_json(VALID).replace(b"1.0", b"1e999"),
    ],
    ids=lambda data: repr(data)[:30],
)
def test_what_is_no_grade_is_refused(data: bytes) -> None:
    with pytest.raises(GraderError):
        from_json(data)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | texts(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["assignment", "tasks", "remarks", "outcomes", "points", "task"]),
                inner,
            )
        ),
        max_leaves=6,
    )
)
@example({"assignment": "x", "tasks": [], "more": 3})
def test_arbitrary_json_is_a_grade_or_refused(data: object) -> None:
    try:
        grade = from_json(json.dumps(data).encode())
    except GraderError:
        return
    assert isinstance(grade, Grade)
